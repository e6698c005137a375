"""Reading a trace: every mistake is named at its place, all at once."""

from pathlib import Path

import pytest

from kaspec.trace import Trace, parse, run, write
from kaspec.trace.configuration import unfold

HEAD = """\
router a at 192.0.2.2 on eth0
  vrrp_instance VI_1 { interface eth0  virtual_router_id 51  virtual_ipaddress { 192.0.2.100/24 } }
"""
TWO = """\
router a at 192.0.2.2 on eth0
  vrrp_instance VI_1 { interface eth0  virtual_router_id 51  virtual_ipaddress { 192.0.2.100/24 } }
  vrrp_instance VI_2 { interface eth0  virtual_router_id 52  virtual_ipaddress { 192.0.2.101/24 } }
"""


def mistakes(text: str) -> list[str]:
    read = parse(text, "t")
    assert not isinstance(read, Trace)
    return [f"{problem.line}:{problem.column}: {problem.message}" for problem in read]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("rooter a on eth0", "1:1: Expected clause, profile, recorded, router or a moment"),
        ("clause V2-1-01 perhaps", "1:16: Expected 'holds' or 'violated'"),
        ("profile rfc1234", "1:9: Expected 'keepalived', 'rfc3768', 'rfc5798' or 'rfc9568'"),
        ("profile rfc3768\nprofile keepalived", "2:1: a second profile"),
        ("recorded\nrecorded", "2:1: a second recorded"),
        ("clause V2-1-01 violated\n" + HEAD, "1:1: a violated clause needs a '=/>' that shows the violation"),
        (HEAD + HEAD, "3:1: a second router a"),
        ("  stray", "1:3: an indented line that belongs to nothing"),
        ("=> a backup", "1:1: an expectation follows a moment of the timeline"),
        (HEAD + "0 a startup\nprofile rfc3768", "4:1: comes before the timeline"),
        (HEAD + "0 b startup", "3:1: no router is called b"),
        (HEAD + "0 a/VI_2 deadline", "3:1: a has no virtual router VI_2"),
        (HEAD + "0 a/VI_1 startup", "3:1: this happens to all of a"),
        (TWO + "0 a/VI_1,VI_2 receives advert", "4:1: this happens to one virtual router"),
        (TWO + "0 a startup\n=> a/VI_1,VI_2 backup", "5:1: an expectation is about one virtual router"),
        (TWO + "0 a startup\n=> a backup", "5:1: a has several virtual routers: name one, as a/NAME"),
        (HEAD + "0 a startup\n=> b backup", "4:1: this moment is about a"),
        (HEAD + "1 a startup\n0.5 a shutdown", "4:1: earlier than the moment before it, at 1.000000"),
        (HEAD + "0 a startup\n=/> a master", "4:1: '=/>' is for traces of a violated clause"),
        (HEAD + "0 a receives advert of b", "3:1: no router is called b"),
        (HEAD + "0 a receives advert ttl 256", "3:25: 256 is not in 0..255"),
        (HEAD + "0 a receives advert ttl 1 ttl 2", "3:21: ttl is said twice"),
        (HEAD + "0 a receives advert from 192.0.2", "3:26: '192.0.2' does not appear to be an IPv4 or IPv6 address"),
        (HEAD + "0 a receives advert auth-data 00", "3:31: the authentication data has eight bytes, 16 digits"),
        (HEAD + "0 a startup\n=> a installs 192.0.2.1/33", "4:15: /33 is longer than the address"),
        (HEAD + "0 a startup\n=> a ...; backup", "4:1: '...' comes last"),
        (HEAD + "0 a startup\n=> a backup [rfc3768.6.4.9]", "4:14: no rule is called rfc3768.6.4.9"),
        (HEAD + "0 a startup quickly", "3:13: this is not understood here"),
        (HEAD + "0 a reload\n   vrrp_instance X { interfce eth0 }", "4:22: there is no keyword 'interfce' in vrrp_instance"),
    ],
)
def test_a_mistake_is_named_at_its_place(text: str, mistake: str) -> None:
    assert mistake in mistakes(text)


def test_all_mistakes_are_told_at_once() -> None:
    assert [each.split(":")[0] for each in mistakes("clause\nprofile\n" + HEAD + "0 a starts\n1 a\n=> a mastr\n")] == [
        "1",
        "2",
        "5",
        "6",
        "7",
    ]


def test_a_problem_shows_the_line_and_a_caret() -> None:
    read = parse(HEAD + "0 a starts", "some.trace")
    assert not isinstance(read, Trace)
    [problem] = read
    assert str(problem) == "some.trace:3:5: Expected a stimulus\n  0 a starts\n      ^"


def test_a_folded_configuration_is_unfolded_to_one_statement_a_line() -> None:
    folded = "vrrp_instance VI_1 { interface eth0  virtual_ipaddress { 192.0.2.1/24  192.0.2.2/24 }  priority 5 } # why"
    assert unfold(folded).split("\n") == [
        "vrrp_instance VI_1 {", "interface eth0", "virtual_ipaddress {", "192.0.2.1/24", "192.0.2.2/24", "}", "priority 5", "}", "# why",
    ]  # fmt: skip


def test_a_configuration_in_keepalived_s_own_layout_stays_as_it_is() -> None:
    text = 'vrrp_instance VI_1 {   # first\n    interface    eth0\n    notify "/bin/a  b {c}"\n    virtual_ipaddress {\n    }\n}'
    assert unfold(text) == text


def test_a_folded_block_may_go_on_for_lines() -> None:
    assert unfold("vrrp_instance V { interface eth0\n  priority 5  nopreempt\n}\nglobal_defs {\n}").split("\n") == [
        "vrrp_instance V {", "interface eth0", "priority 5", "nopreempt", "}", "global_defs {", "}",
    ]  # fmt: skip


def test_the_example_of_the_documentation_holds() -> None:
    page = Path(__file__).parents[3] / "docs" / "trace-language.md"
    example = page.read_text().split("```\n")[1]
    trace = parse(example, page.name)
    assert isinstance(trace, Trace)
    assert run(trace).holds
    assert write(trace) == example
