"""The kernel lab boots, does what it is told, changes nothing outside, and says what went wrong."""

from pathlib import Path

import pytest

from conformance.lab.uml import JobFailedError, run_job
from tests.lvs import jobs


def test_a_job_is_root_of_another_kernel(tmp_path: Path) -> None:
    """What it returns comes back, and what it leaves in the work folder."""
    told = run_job(jobs.tell_where, {"numbers": [1, 2.5], "nothing": None}, folder=tmp_path)
    assert told["user"] == 0
    assert told["release"].startswith("6.")
    assert told["order"] == {"numbers": [1, 2.5], "nothing": None}
    assert (tmp_path / "left-behind").read_text() == "read outside"


def test_a_failure_is_told_with_its_traceback_and_output() -> None:
    with pytest.raises(JobFailedError, match=r"(?s)ValueError: refused: everything.*this was said before"):
        run_job(jobs.fail, "everything")


def test_a_job_that_does_not_end_is_ended_and_told_where_it_was() -> None:
    with pytest.raises(TimeoutError, match=r"(?s)not done within 14 s.*now for eternity.*in never_end"):
        run_job(jobs.never_end, timeout=14)


def test_the_machine_outside_cannot_be_written_to() -> None:
    place = Path(__file__).with_name("written-from-inside")
    assert "Read-only file system" in run_job(jobs.write_outside, str(place))
    assert not place.exists()


def test_hosts_inside_have_ipvs_tables_of_their_own() -> None:
    """The lab's hosts, LANs and processes work inside as they do outside."""
    found = run_job(jobs.list_tables)
    director, client = found["tables"]
    assert "TCP  192.0.2.1:80 mh" in director[-2]
    assert director[-1].split() == ["->", "192.0.2.2:80", "Masq", "7", "0", "0"]
    assert "RemoteAddress" in client[-1]
    assert found["heard"]
