"""The line between the BFD process and the VRRP process, over a real socket pair."""

import asyncio
from collections.abc import Callable

import pytest

from shell.findings import Hearer, Line, Said, Teller


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


def test_what_is_told_is_heard_and_asking_tells_all() -> None:
    """Each in its order; a name of any bytes."""

    async def scene() -> list[Said]:
        line, heard = Line(), list[Said]()
        line.lay()
        line.lay()
        loop = asyncio.get_running_loop()
        teller = Teller(loop, line.telling, lambda: [("b1", True), ("b\udcff", False)])
        hearer = Hearer(loop, line.hearing, lambda name, good: heard.append((name, good)))
        teller.tell([("b1", False)])
        hearer.ask()
        await _until(lambda: len(heard) == 3)
        teller.close()
        hearer.close()
        return heard

    assert asyncio.run(scene()) == [("b1", False), ("b1", True), ("b\udcff", False)]


def test_a_question_waits_for_whoever_answers() -> None:
    """VRRP asks before there is a BFD process, or while it is started anew."""

    async def scene() -> list[Said]:
        line, heard = Line(), list[Said]()
        line.lay()
        loop = asyncio.get_running_loop()
        Hearer(loop, line.hearing, lambda name, good: heard.append((name, good))).ask()
        Teller(loop, line.telling, lambda: [("b1", True)])
        await _until(lambda: bool(heard))
        return heard

    assert asyncio.run(scene()) == [("b1", True)]


def test_a_full_line_loses_nothing_in_the_end() -> None:
    """Nobody listens for a while: once somebody does, the last word on each session comes through."""

    async def scene() -> list[Said]:
        line, heard, state = Line(), list[Said](), {"b1": True}
        line.lay()
        loop = asyncio.get_running_loop()
        teller = Teller(loop, line.telling, lambda: list(state.items()))
        for turn in range(10_000):
            state["b1"] = bool(turn % 2)
            teller.tell([("b1", state["b1"])])
        state["b1"] = False
        teller.tell([("b1", False)])
        Hearer(loop, line.hearing, lambda name, good: heard.append((name, good)))
        await _until(lambda: bool(heard) and heard[-1] == ("b1", False))
        await asyncio.sleep(0.01)
        return heard

    assert asyncio.run(scene())[-1] == ("b1", False)


def test_a_line_is_laid_before_it_is_used() -> None:
    with pytest.raises(AssertionError):
        _ = Line().telling


def test_who_begins_to_listen_hears_nothing_old() -> None:
    """What waited for somebody who died says nothing of how it is now; asking does."""

    async def scene() -> list[Said]:
        line, heard = Line(), list[Said]()
        line.lay()
        loop = asyncio.get_running_loop()
        teller = Teller(loop, line.telling, lambda: [("b1", True)])
        teller.tell([("b1", True), ("b1", False)])
        hearer = Hearer(loop, line.hearing, lambda name, good: heard.append((name, good)))
        hearer.ask()
        await _until(lambda: bool(heard))
        teller.close()
        hearer.close()
        return heard

    assert asyncio.run(scene()) == [("b1", True)]
