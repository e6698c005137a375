"""Simulated spreads as text, JSON and a picture."""

from xml.etree import ElementTree

from kaspec.address import parse_address
from kaspec.lvs.schedulers.server import Key
from kaspec.lvs.simulation.spread import Share, Spread
from kaspec.report.simulation import bar, curve, heading, render_svg, spread_json
from kaspec.units import SECOND, Interval

SHARES = tuple(Share(Key(parse_address(f"10.0.0.{n}"), 80), 1, n, 1, n, (0, n)) for n in (1, 3))
SPREAD = Spread("wlc", SHARES, 2, 1, Interval(4 * SECOND))


def test_a_heading_says_what_became_of_the_connections() -> None:
    assert heading(SPREAD) == "wlc: 4 connections in 4.000000 s, 1 clients had several servers, 2 connections found no server"


def test_bars_and_curves_are_in_eighths() -> None:
    assert bar(50, 4) == "██  "
    assert bar(28.125, 4) == "█▏  "
    assert curve((0, 1, 4, 8), 8, 4) == " ▁▄█"
    assert curve((), 8, 3) == "   "


def test_json_has_every_figure() -> None:
    told = spread_json(SPREAD)
    assert told["refused"] == 2
    assert [(each["server"], each["percent"]) for each in told["servers"]] == [("10.0.0.1:80", 25.0), ("10.0.0.3:80", 75.0)]


def test_the_picture_is_xml_with_a_line_for_each_server_and_scheduler() -> None:
    root = ElementTree.fromstring(render_svg('virtual_server "a & b"', [SPREAD, SPREAD]))
    lines = root.findall(".//{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 4
    assert len(lines[0].attrib["points"].split()) == 3
