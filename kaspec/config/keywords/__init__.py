"""The keyword table: one row for each keyword of keepalived, by the block it stands in.

Parsing follows from it, and so do the reference, completion and what a misspelling may have meant.
"""

from kaspec.config.keywords import checkers, global_defs, lvs, top, trackers, vrrp_instance
from kaspec.config.keywords.rows import TABLE, Block, Description, Later, Listing, Row, Setting

__all__ = [
    "TABLE",
    "Block",
    "Description",
    "Later",
    "Listing",
    "Row",
    "Setting",
    "checkers",
    "global_defs",
    "lvs",
    "top",
    "trackers",
    "vrrp_instance",
]
