"""Blocks with the same text are read once, and nobody can tell.

A comment changes nothing but the text; with another one on each line no two blocks are alike, so that each is read by itself.
"""

from collections.abc import Iterator
from textwrap import indent
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec.config.expansion.library import Settings
from kaspec.config.keywords import lvs, top
from kaspec.config.keywords import real_server as server
from kaspec.config.reader import Reading, read
from kaspec.config.sections import Given, Section
from tests.unit.config.expansion.trees import read_tree

SECONDS = 2000
"""Milliseconds within which any text is read."""
PARTS = (
    "weight 5",
    "weight 5\nweight 6",
    "wieght 3",
    "inhibit_on_failure {\n}",
    "notify_up /bin/true",
    "uthreshold x",
    "TCP_CHECK {\nretry 3\nconnect_timeout 3\n}",
    "TCP_CHECK {\nretry x\n}",
    "TCP_CHECK {\nbindto ::1\n}",
    "TCP_CHECK {\nconnect_ip 10.0.1.1\n}\nlvs_method NAT",
    "PING_CHECK {\nconnect_port 7\n}\nFILE_CHECK {\ntrack_file f\n}",
    "TCP_CHECK\n{\nretry 3 4\n}",
    "HTTP_GET {\nurl {\npath /\nstatus_code 200\n}\nurl {\npath /a b\n}\n}",
    "HTTP_GET {\n}",
    "SMTP_CHECK {\nhost {\nconnect_port 26\n}\nhost {\nconnect_ip 10.0.1.2\n}\n}",
    "DNS_CHECK {\nname a..b\n}",
    "MISC_CHECK {\nmisc_path /bin/true\nuser nobody\n}",
    "MISC_CHECK {\n$LATE\n}",
    "@other weight 7",
    "delay_loop 3 }\n{",
    "lb_algo rr",
    "TCP_CHECK {",
    "}",
    "vrrp_script s {",
)
parts = st.lists(st.sampled_from(PARTS), max_size=3)
HEADS = (
    "",
    "weight 4\n",
    "delay_loop 3\nalpha\n",
    "lvs_method TUN\nlb_kind NAT\n",
    "lb_kind NAT\nlvs_method TUN\n",
    "inhibit_on_failure\n",
)
PLACES = ("10.0.{0}.{1} 80", "10.0.{0}.{1}", "10.0.{0}.{1} 81", "2001:db8:{0}::{1} 80")
bodies = st.lists(parts.map("\n".join), min_size=1, max_size=3)


def real_server(place: str, body: str) -> str:
    """Write a server as people do: what is inside is indented."""
    return f"    real_server {place} {{\n{indent(body, ' ' * 8)}\n    }}\n"


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw virtual servers whose real servers are alike, most of them."""
    pool, blocks = draw(bodies), []
    for number in range(draw(st.integers(1, 3))):
        servers = draw(st.lists(st.sampled_from(pool), min_size=2, max_size=6))
        where = st.sampled_from(PLACES)
        inner = "".join(real_server(draw(where).format(number, place), body) for place, body in enumerate(servers, 1))
        key = draw(st.sampled_from((f"192.0.2.{number} 80", f"192.0.2.{number}", f"fwmark {number}")))
        blocks.append(f"virtual_server {key} {{\nprotocol TCP\n{draw(st.sampled_from(HEADS))}{inner}}}\n")
    return "".join(blocks)


def commented(text: str) -> str:
    return "\n".join(f"{line} # {number}" if line else line for number, line in enumerate(text.split("\n")))


def places(section: Section) -> Iterator[tuple[Any, ...]]:
    """Yield everything that a section gives, with its place."""
    for row, found in section.given.items():
        for each in found:
            yield row.name, each.span, (each.statement.span, each.order) if isinstance(each, Given) else each.label
            if isinstance(each, Section):
                yield from places(each)


def told(reading: Reading) -> tuple[Any, ...]:
    return reading.diagnostics, reading.configuration, [*places(reading.section)]


@given(texts())
@settings(deadline=SECONDS)
def test_blocks_that_are_alike_are_read_as_if_they_were_not(text: str) -> None:
    assert told(read(text, "f")) == told(read(commented(text), "f"))


@given(texts(), texts(), st.sampled_from(("", "$LATE=weight 3\n")))
@settings(deadline=SECONDS)
def test_so_are_those_of_other_files(main: str, other: str, first: str) -> None:
    tree = {"main.conf": f"{first}{main}include a.conf\n{main}include a.conf\n", "a.conf": other}
    unlike = {name: commented(text) for name, text in tree.items()}
    assert told(read_tree(tree, Settings("id"))) == told(read_tree(unlike, Settings("id")))


def test_what_is_read_once_stands_where_it_is_written() -> None:
    body = "weight 5\nTCP_CHECK {\nretry 3\n}"
    text = "virtual_server 192.0.2.1 80 {\n" + "".join(real_server(f"10.0.0.{n} 80", body) for n in range(1, 5)) + "}\n"
    (service,) = read(text, "f").section.sections(top.VIRTUAL_SERVER)
    found = service.sections(lvs.REAL_SERVER)
    assert len({id(each.written) for each in found}) == 2
    for place, each in enumerate(found):
        (check,), weight = each.sections(server.TCP_CHECK), each.last(server.WEIGHT)
        assert weight is not None
        assert (each.span.line, weight.span.line, check.span.line) == (2 + 6 * place, 3 + 6 * place, 4 + 6 * place)


def test_servers_of_one_kind_are_checked_where_each_of_them_is() -> None:
    places = [f"{address} {port}" for port in (80, 81) for address in ("10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8::2")]
    body = "TCP_CHECK {\nretry 3\n}\nHTTP_GET {\nconnect_ip 10.0.0.1\nurl {\npath /\n}\n}\nPING_CHECK {\nbindto 10.0.0.9\n}"
    text = "virtual_server 192.0.2.1 80 {\nlb_kind NAT\n" + "".join(real_server(place, body) for place in places) + "}\n"
    assert told(read(text, "f")) == told(read(commented(text), "f"))
