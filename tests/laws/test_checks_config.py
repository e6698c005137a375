"""Laws of checkers in a configuration: what is written of one is read back as it was, whatever encloses it."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec.address import parse_address
from kaspec.config import diagnostics, read
from kaspec.config.checks import Surroundings, build_checks
from kaspec.config.keywords import lvs, top
from kaspec.config.lvs_settings import build_credentials
from kaspec.config.render_checks import render_check, render_credentials
from kaspec.config.terms import Endpoint
from kaspec.health.credentials import Credentials
from kaspec.health.model import Check, HttpCheck
from tests.laws.checks import checks, credentials

SERVER = Endpoint(parse_address("192.0.2.10"), 80)


def built(text: str) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """The checkers of the one real server of a text, and what is told of it that is an error."""
    reading = read(text, "x")
    (service,) = reading.section.sections(top.VIRTUAL_SERVER)
    (server,) = service.sections(lvs.REAL_SERVER)
    own = build_credentials(reading.section.merged(top.SSL))
    problems: list[diagnostics.Diagnostic] = []
    found = build_checks(server, service, SERVER, Surroundings(credentials=own), problems.append)
    told = (*reading.diagnostics, *problems)
    return found, tuple(each.message for each in told if each.severity == "error")


def enclosed(inside: str, ssl: str = "") -> str:
    return (
        f"SSL {{\n{ssl}\n}}\nvirtual_server 192.0.2.100 80 {{\nprotocol TCP\ndelay_loop 7\nretry 9\nalpha\n"
        f"real_server 192.0.2.10 80 {{\nconnect_timeout 8\ndelay_before_retry 6\n{inside}\n}}\n}}\n"
    )


@given(st.lists(checks, max_size=4), credentials)
def test_what_is_written_of_checkers_is_read_back(which: list[Check], own: Credentials) -> None:
    which = [evolve(each, credentials=own) if isinstance(each, HttpCheck) and each.tls else each for each in which]
    blocks = "\n".join(f"{keyword} {{\n{chr(10).join(lines)}\n}}" for keyword, lines in map(render_check, which))
    found, errors = built(enclosed(blocks, "\n".join(render_credentials(own))))
    assert errors == ()
    assert found == tuple(which)
