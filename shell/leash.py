"""What ties a child process to its parent: it hears messages, ends when it is told to or when the parent is gone, and gives up at a bug."""

import asyncio
import traceback
from collections.abc import Callable
from typing import Any

from kaspec.frozen import define
from shell import exits, logs
from shell.channel import Channel, Message


@define(eq=False)
class Leash:
    """Of the child called ``title``; ``ended`` gets its exit code, ``obey`` takes each message of the parent."""

    title: str
    ended: asyncio.Future[int]
    obey: Callable[[Message], None]

    def end(self, status: int) -> None:
        """Let the process end with this exit code; the first reason counts."""
        if not self.ended.done():
            self.ended.set_result(status)

    def give_up(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A callback met a bug: we end and the parent starts us anew, rather than going on half blind."""
        logs.info(f"The {self.title} process met a bug and starts again, please report it: {context['message']}")
        for line in traceback.format_exception(context.get("exception")):
            logs.info(line.rstrip())
        self.end(exits.SOFTWARE)

    def listen(self, channel: Channel) -> None:
        """Messages have come, or the parent is gone."""
        received = channel.receive()
        for message in received.messages:
            self.obey(message)
        if received.ended:
            self.end(exits.OK)
