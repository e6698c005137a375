"""Defaults as values."""

from typing import Any

import pytest

from kaspec.config.argument import Accepted, Choices, read_argument
from kaspec.config.defaults import default_text, default_value
from kaspec.config.keywords import TABLE, Setting, checkers, global_defs, lvs, vrrp_instance, vrrp_script
from kaspec.config.terms import Weight
from kaspec.lvs.settings import Forwarding
from kaspec.units import SECOND

DNS_CHECK = "virtual_server/real_server/DNS_CHECK"


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (vrrp_instance.STATE, "BACKUP"),
        (vrrp_instance.PRIORITY, 100),
        (vrrp_instance.ADVERT_INT, SECOND),
        (vrrp_instance.PREEMPT, True),
        (vrrp_instance.NOPREEMPT, False),
        (vrrp_instance.GARP_MASTER_DELAY, None),
        (vrrp_instance.INTERFACE, None),
        (vrrp_script.WEIGHT, Weight(0)),
        (global_defs.VRRP_GARP_MASTER_REFRESH, 0),
        (global_defs.VRRP_STRICT, False),
        (global_defs.NFTABLES, "keepalived"),
        (global_defs.ROUTER_ID, None),
        (lvs.DELAY_LOOP, 60 * SECOND),
        (lvs.LVS_METHOD, Forwarding("NAT")),
        (lvs.PROTOCOL, "UDP"),
    ],
)
def test_a_default_that_is_one_value_is_that_value(row: Setting[Any], value: object) -> None:
    assert default_value(row) == value


def test_a_default_may_be_another_elsewhere() -> None:
    assert (default_value(checkers.RETRY), default_value(checkers.RETRY, DNS_CHECK)) == (1, 3)


def test_every_default_is_what_its_keyword_takes() -> None:
    for rows in TABLE.values():
        for row in rows.values():
            text = default_text(row) if isinstance(row, Setting) else None
            if isinstance(row, Setting) and text is not None and row.argument.domain != Choices((True,)):
                read = read_argument(row.argument, text)
                assert isinstance(read, Accepted), row.name
                assert read.end == len(text), row.name
