"""Every kind of problem is explained by an example that has it and a mended one that has not."""

import pytest

from kaspec.config import check_interfaces, read
from kaspec.config.compare import compare
from kaspec.config.diagnostics import KINDS
from kaspec.config.explanations import EXPLANATIONS, Explanation, scripts
from kaspec.config.lint import lint
from kaspec.report.explanation import explanation_lines
from kaspec.security import Account, Facts, Place, Trail, judge
from tests.unit.config.expansion.trees import read_tree

UNEXPLAINED = {"K040", "K041", "K080"}
"""Kinds that go when this release does more."""

DIRECTORY, PROGRAM = 0o040755, 0o100755
SAFE = Place("/usr/local/bin/notify", PROGRAM, 0, 0)
HOME = Place("/home/admin", DIRECTORY, 1000, 1000)
MACHINE = Facts(
    {
        "/usr/local/bin/notify": Trail((Place("/", DIRECTORY, 0, 0), SAFE)),
        "/home/admin/notify": Trail((HOME, Place("/home/admin/notify", PROGRAM, 0, 0))),
        "/usr/local/bin/missing": Trail(trouble="/usr/local/bin/missing: No such file or directory"),
    },
    {"root": Account(0, 0), "nobody": Account(65534, 65534)},
)
"""What the examples about scripts are judged by."""


def about_scripts(explanation: Explanation) -> bool:
    return explanation in scripts.EXPLANATIONS.values()


def found(explanation: Explanation, text: str) -> set[str]:
    reading = read(explanation.whole(text), "x")
    whole = read_tree({"main.conf": explanation.whole(text), "present.conf": "", "conf.d/a.conf": ""})
    interfaces = check_interfaces(reading.configuration, frozenset({"eth0", "eth1", "lo"}))
    judged = judge(reading.configuration.command_uses, reading.configuration.global_defs.telling, MACHINE).diagnostics
    diagnostics = [*reading.diagnostics, *whole.diagnostics, *lint(reading), *interfaces, *(judged if about_scripts(explanation) else ())]
    if explanation.peer:
        diagnostics += compare((reading, read(explanation.peer, "peer")))
    return {each.code for each in diagnostics}


@pytest.mark.parametrize("code", EXPLANATIONS)
def test_the_example_has_the_problem(code: str) -> None:
    assert code in found(EXPLANATIONS[code], EXPLANATIONS[code].wrong)


@pytest.mark.parametrize("code", EXPLANATIONS)
def test_the_mended_example_has_not(code: str) -> None:
    assert code not in found(EXPLANATIONS[code], EXPLANATIONS[code].right)


def test_every_kind_is_explained() -> None:
    assert set(KINDS) - set(EXPLANATIONS) == UNEXPLAINED


def test_an_explanation_is_text_and_two_examples() -> None:
    told = explanation_lines("K031")
    assert told[0] == "K031 (warning): nopreempt has no effect on an initial master or an address owner."
    assert told[told.index("Instead of") + 1] == "    state MASTER"
    assert told[told.index("write") + 1] == "    state BACKUP"
    assert explanation_lines("K999") == ()
