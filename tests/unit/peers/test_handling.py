"""Who handles a remote device: programs by their exit statuses, people by what they answer; either is told the same of the device."""

import json
import stat
from pathlib import Path

import pytest

from conformance.peers.description import described, in_words, write_description
from conformance.peers.handling import HandlingError, Operator, Program
from conformance.peers.peer import Device
from conformance.peers.remote import Remote
from conformance.replay.script import Script
from conformance.runner.cases import corpus
from kaspec.config import read


def device_of(name: str) -> Device:
    (case,) = (each for each in corpus() if each.name == name)
    assert isinstance(case.what, Script)
    return case.what.device


OWNER, PASSWORD = device_of("rfc3768/6.4.1-owner-starts"), device_of("rfc3768/6.4.1-backup-starts")


def program(folder: Path, text: str) -> Program:
    file = folder / "handler"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return Program((str(file),))


def test_a_program_is_told_of_the_device_in_both_languages(tmp_path: Path) -> None:
    handler = program(tmp_path, f'cp "$2"/device.json "$2"/device.conf {tmp_path}; echo "$1" > {tmp_path}/verb')
    handler.do("start", OWNER)
    assert (tmp_path / "verb").read_text() == "start\n"
    assert json.loads((tmp_path / "device.json").read_text()) == described(OWNER)
    found = read((tmp_path / "device.conf").read_text(), "device.conf").configuration.routers
    assert [each.virtual_router_id for each in found] == [each.virtual_router_id for each in OWNER.node.routers]


def test_a_program_can_decline_and_says_why(tmp_path: Path) -> None:
    assert program(tmp_path, "echo no owners here; echo more; exit 1").objection(OWNER) == "no owners here"
    assert program(tmp_path, "exit 0").objection(OWNER) is None


def test_a_program_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(HandlingError, match="start ended with status 4: no route to the router"):
        program(tmp_path, "echo no route to the router >&2; exit 4").do("start", OWNER)
    with pytest.raises(HandlingError, match="can ended with status 2"):
        program(tmp_path, "exit 2").objection(OWNER)
    with pytest.raises(HandlingError, match="cannot be run: No such file"):
        Program((str(tmp_path / "nothing"),)).do("stop", OWNER)


def test_a_program_says_what_it_is(tmp_path: Path) -> None:
    assert program(tmp_path, "echo ACME 7000 release 3").version() == "ACME 7000 release 3"


def test_an_operator_is_asked_once_for_each_kind_of_device() -> None:
    asked = list[str]()

    def answer(question: str) -> str:
        asked.append(question)
        return "no" if "priority 255" in question else ""

    operator = Operator(answer)
    assert operator.objection(OWNER) == operator.objection(OWNER) == "the operator says that it cannot be such a device"
    assert operator.objection(PASSWORD) is None
    assert len(asked) == 2
    with pytest.raises(HandlingError):
        operator.do("start", OWNER)
    operator.do("down", PASSWORD)


def test_what_is_told_has_all_that_must_be_set(tmp_path: Path) -> None:
    write_description(PASSWORD, tmp_path / "there")
    (router,) = json.loads((tmp_path / "there" / "device.json").read_text())["virtual_routers"]
    words = "\n".join(in_words(PASSWORD))
    for key in ("version", "virtual_router_id", "priority"):
        assert f"{router[key]}" in words
    for address in router["addresses"]:
        assert address in words


def test_an_interface_that_is_not_there_is_told_before_anything_is_played(tmp_path: Path) -> None:
    missing = Remote("kaspec-none0", program(tmp_path, "exit 0")).missing()
    assert missing in {"there is no interface kaspec-none0 here", "it takes root, who may open packet sockets"}
