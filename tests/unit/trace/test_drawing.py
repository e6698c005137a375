"""Traces as diagrams: whatever a trace of the corpus says has its place, and what cannot be told otherwise is told in words."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance import traces
from kaspec.picture import render_svg
from kaspec.trace import Trace, parse, run
from kaspec.trace.drawing import diagram
from kaspec.trace.running import Verdict
from shell.commands.trace import trace as command

CORPUS = Path(traces.__file__).parent
SOME = [*sorted(CORPUS.glob("*/*.trace"))[::9], *CORPUS.glob("*/*own-advertisement.trace"), *CORPUS.glob("*/*two*.trace")]


def ran(file: Path) -> Verdict:
    read = parse(file.read_text(), str(file))
    assert isinstance(read, Trace)
    return run(read)


def test_traces_of_all_kinds_can_be_drawn_with_all_that_happens() -> None:
    for file in SOME:
        verdict = ran(file)
        drawn = diagram(verdict)
        assert len(drawn.instants) == len(verdict.moments)
        assert {span.lane for span in drawn.spans} <= set(range(len(drawn.lanes)))
        assert all(span.ends is None or span.begins <= span.ends for span in drawn.spans)
        assert all(message.sent <= (message.ends or 0) and message.sender != message.receiver for message in drawn.messages), file
        assert sum(note.kind == "fault" and "expected" in note.text for note in drawn.notes) == len(verdict.differences)
        assert render_svg(drawn, file.name).count('class="place"') == len(drawn.instants)


def test_who_sends_what_to_whom_and_what_becomes_of_it() -> None:
    drawn = diagram(ran(CORPUS / "rfc3768" / "two-routers-elect.trace"))
    assert [lane.name for lane in drawn.lanes] == ["a", "b"]
    assert [(each.sender, drawn.instants[each.sent], each.receiver, each.fate) for each in drawn.messages] == [
        (0, 3_414_062, 1, "arrives"), (0, 4_414_062, 1, "arrives"),
    ]  # fmt: skip
    assert [(span.lane, span.word) for span in drawn.spans] == [(0, "Backup"), (0, "Master"), (1, "Backup")]


def test_what_is_discarded_is_drawn_so_with_its_rule() -> None:
    drawn = diagram(ran(CORPUS / "rfc3768" / "7.1-checksum-in-master.trace"))
    assert [lane.name for lane in drawn.lanes] == ["others", "a"]
    (message,) = drawn.messages
    assert (message.fate, message.why) == ("discarded", "rfc3768.7.1.checksum")
    assert "discarded by rfc3768.7.1.checksum" in [note.text for note in drawn.notes]


@pytest.mark.parametrize(("deadline", "status"), [("3.609375", 0), ("3.5", 1)])
def test_it_is_drawn_on_a_terminal_and_as_a_picture(deadline: str, status: int, tmp_path: Path) -> None:
    file, svg = str(tmp_path / "some.trace"), tmp_path / "drawn.svg"
    text = (CORPUS / "rfc3768" / "6.4.2-higher-priority.trace").read_text()
    Path(file).write_text(text.replace("deadline 3.609375", f"deadline {deadline}"))
    shown = CliRunner().invoke(command, ["draw", file])
    assert (shown.exit_code, "Backup" in shown.output, "expected" in shown.output) == (status, True, bool(status))
    assert CliRunner().invoke(command, ["draw", file, "--svg", str(svg)]).exit_code == status
    assert svg.read_text().startswith("<svg")


def test_what_is_no_trace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.trace").write_text("what?")
    result = CliRunner().invoke(command, ["draw", str(tmp_path / "no.trace")])
    assert (result.exit_code, "no.trace:1" in result.output) == (2, True), result.output
