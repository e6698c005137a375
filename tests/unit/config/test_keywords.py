"""The keyword table is whole, and what it says of itself holds."""

import re

import pytest

from kaspec.config.argument import Accepted, read_argument
from kaspec.config.keywords import TABLE, Block, Setting
from kaspec.config.likeness import similar

REAL_SERVER = "virtual_server/real_server"
COUNTS = {
    "": 25,
    "global_defs": 140 + 1,
    "garp_group": 4,
    "track_group": 1,
    "bfd_instance": 15,
    "vrrp_script": 8,
    "track_file": 3,
    "vrrp_track_file": 3,
    "vrrp_track_process": 9,
    "vrrp_sync_group": 15,
    "vrrp_instance": 70 + 1,
    "vrrp_instance/authentication": 2,
    "vrrp_instance/auth_hmac": 5,
    "SSL": 4,
    "virtual_server": 39 + 1,
    REAL_SERVER: 16 + 10,
    f"{REAL_SERVER}/TCP_CHECK": 13,
    f"{REAL_SERVER}/HTTP_GET": 13 + 8 + 1,
    f"{REAL_SERVER}/HTTP_GET/url": 11,
    f"{REAL_SERVER}/SMTP_CHECK": 13 + 2,
    f"{REAL_SERVER}/DNS_CHECK": 13 + 2,
    f"{REAL_SERVER}/MISC_CHECK": 6 + 4,
    f"{REAL_SERVER}/UDP_CHECK": 13 + 4,
    f"{REAL_SERVER}/PING_CHECK": 13,
    f"{REAL_SERVER}/BFD_CHECK": 2,
    f"{REAL_SERVER}/FILE_CHECK": 6 + 2,
}
"""How many keywords keepalived has in each block; those of the checkers count what all of them have in common.

``tls_verify``, ``profile`` and ``vrrp_profile`` are kaspec's own, ``nat_mask`` one that keepalived had long ago.
"""


def test_every_keyword_of_keepalived_is_there() -> None:
    assert {scope: sum(1 for name in TABLE[scope] if name) for scope in COUNTS} == COUNTS
    assert TABLE[f"{REAL_SERVER}/SSL_GET"].keys() == TABLE[f"{REAL_SERVER}/HTTP_GET"].keys()
    rows = {row for rows in TABLE.values() for row in rows.values() if row.name and row.name != "SSL_GET"}
    assert len(rows) == 420


def test_every_keyword_is_described() -> None:
    rows = [row for rows in TABLE.values() for row in rows.values()]
    assert all(row.name == name for rows in TABLE.values() for name, row in rows.items())
    assert all(row.description.since for row in rows)


def test_every_scope_is_inside_a_block_that_the_table_has_and_every_block_has_a_scope() -> None:
    for scope in TABLE:
        parent, _, name = scope.rpartition("/")
        assert not scope or isinstance(TABLE[parent][name], Block)
    assert all(row.inside in TABLE for rows in TABLE.values() for row in rows.values() if isinstance(row, Block))


def test_what_a_keyword_inherits_and_means_is_there() -> None:
    for rows in TABLE.values():
        for row in rows.values():
            if row.description.inherits:
                scope, name = row.description.inherits
                assert name in TABLE[scope], row.name
            assert not row.description.synonym or row.description.synonym in TABLE[row.scope], row.name


def test_every_example_is_what_the_keyword_takes() -> None:
    for rows in TABLE.values():
        for row in rows.values():
            if isinstance(row, Setting):
                example = row.description.example.removeprefix(f"{row.name} ") or row.argument.example
                read = read_argument(row.argument, example)
                assert isinstance(read, Accepted), (row.name, example, read)
                assert read.end == len(example), (row.name, example)


BEING_BUILT = re.compile(r"(enable_)?snmp_|enable_traps|strict_mode|vrrp_strict")
"""Keywords of VRRP that are to act and do not yet."""


def test_a_keyword_without_effect_says_why() -> None:
    for rows in TABLE.values():
        for row in rows.values():
            about = row.description
            assert not (row.acts and about.idle), row.name
            waits = row.acts or "L" in about.process or BEING_BUILT.match(row.name)
            assert waits or about.idle, f"{row.scope} {row.name}"


def test_nothing_acts_inside_a_block_that_does_not() -> None:
    for scope, rows in TABLE.items():
        parent, _, name = scope.rpartition("/")
        assert not scope or TABLE[parent][name].acts or not any(row.acts for row in rows.values())


@pytest.mark.parametrize(("word", "meant"), [("prioritty", "did you mean 'priority'?"), ("prio", "did you mean 'priority'?"), ("zork", "")])
def test_a_misspelling_is_recognised(word: str, meant: str) -> None:
    assert similar(word, ("priority", "state", "or")) == meant
