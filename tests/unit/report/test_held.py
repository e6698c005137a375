"""Addresses, routes and rules, line for line as keepalived 2.2.7's own dump of the same configuration has them (``held.data``)."""

from pathlib import Path

from attrs import evolve

from kaspec.config import read
from kaspec.config.model import Configuration
from kaspec.node import Node, initial
from kaspec.report.data import WallClock, render_data
from kaspec.tracking import Link
from kaspec.units import SECOND, ZERO, Instant

CONFIGURATION = Path(__file__).parents[2] / "interop" / "holdings.conf"
THEIRS = Path(__file__).with_name("held.data").read_text().splitlines()
NOW = Instant(7 * SECOND)


def dump(configuration: Configuration) -> str:
    """What a daemon that has just started would dump; the static addresses are on their interface."""
    static = tuple(each.address for each in configuration.static_addresses)
    state = initial(Node(configuration.routers), [Link("eth0", up=True, addresses=static)])
    return render_data(configuration, state, {}, WallClock(NOW, 0, ZERO))


def test_everything_held_is_written_as_keepalived_writes_it() -> None:
    """Only the mark of what is in the kernel is not looked at: a daemon that has just started holds what is static alone."""
    ours = dump(read(CONFIGURATION.read_text(), "holdings.conf").configuration).splitlines()
    assert [line for line in THEIRS if line.removesuffix(" set") not in ours and line not in ours] == []


def test_a_static_address_is_marked_only_where_it_is() -> None:
    configuration = read(CONFIGURATION.read_text(), "holdings.conf").configuration
    assert " 10.77.0.1/24 dev eth0 scope global set\n" in dump(configuration)
    elsewhere = tuple(evolve(each, interface="eth9") for each in configuration.static_addresses)
    assert " 10.77.0.1/24 dev eth9 scope global\n" in dump(evolve(configuration, static_addresses=elsewhere))
