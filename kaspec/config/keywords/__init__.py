"""The keyword table: one row for each keyword of keepalived, by the block it stands in.

Parsing follows from it, and so do the reference, completion and what a misspelling may have meant.
"""

from kaspec.config.keywords import (
    bfd_instance,
    checkers,
    garp_group,
    global_defs,
    lvs,
    real_server,
    ssl,
    top,
    track_file,
    track_group,
    url,
    vrrp_instance,
    vrrp_script,
    vrrp_sync_group,
    vrrp_track_file,
    vrrp_track_process,
)
from kaspec.config.keywords.rows import TABLE, Block, Description, Listing, Row, Setting, within

__all__ = [
    "TABLE",
    "Block",
    "Description",
    "Listing",
    "Row",
    "Setting",
    "bfd_instance",
    "checkers",
    "garp_group",
    "global_defs",
    "lvs",
    "real_server",
    "ssl",
    "top",
    "track_file",
    "track_group",
    "url",
    "vrrp_instance",
    "vrrp_script",
    "vrrp_sync_group",
    "vrrp_track_file",
    "vrrp_track_process",
    "within",
]
