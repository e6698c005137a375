"""Mail by the handful: what is written while a handful is on its way goes with the next.  A server that hangs delays only mail."""

import json
import os
from collections import deque
from collections.abc import Callable

from attrs import field

from kaspec.config.model import GlobalDefs
from kaspec.frozen import define
from kaspec.notification import Mail
from kaspec.units import SECOND, Interval
from shell.launch import python
from shell.letter import NO_ANSWER, NO_HOST, REFUSED, SENT, Letter
from shell.runner import Ended, Job, Runner

HANDFUL = 32
"""Mails that go over one connection."""
MOST_WAITING = 1024
"""Mails that may wait; the oldest beyond are dropped and counted."""
STEPS = 4
"""How many times ``smtp_connect_timeout`` a handful may take: to connect, and to be served."""
WHY = {
    REFUSED: "refused it",
    NO_HOST: "has no address",
    NO_ANSWER: "does not answer",
}


@define(eq=False)
class Mailer:
    """The mails that wait, and whether some are on their way; ``host`` is this machine's name, ``say`` logs a line."""

    runner: Runner
    host: str
    say: Callable[[str], None]
    defs: GlobalDefs = field(factory=GlobalDefs)
    _waiting: deque[tuple[Mail, float]] = field(factory=deque)
    _sending: int = 0
    _dropped: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether every mail was sent, or given up."""
        return not self._sending and not self._waiting

    def send(self, mail: Mail, at: float) -> None:
        """Send a mail, written at so many seconds since 1970, as soon as it can be."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append((mail, at))
        if not self._sending:
            self._go()

    def _go(self) -> None:
        mails = [self._waiting.popleft() for _ in range(min(HANDFUL, len(self._waiting)))]
        if not mails or self.defs.smtp_server is None:
            return
        timeout = self.defs.smtp_connect_timeout
        letter = Letter(
            host=self.defs.smtp_server,
            port=self.defs.smtp_port,
            helo=self.defs.smtp_helo_name or self.host,
            timeout=max(timeout / SECOND, 1.0),
            sender=self.defs.notification_email_from or f"root@{self.host}",
            recipients=list(self.defs.notification_email),
            mails=[(mail.subject, mail.body, at) for mail, at in mails],
        )
        argv = python("shell.mailing", json.dumps(letter))
        job = Job(argv, os.geteuid(), os.getegid(), tuple(os.getgroups()), timeout=Interval(max(timeout, SECOND) * STEPS), title="mail")
        self._sending = len(mails)
        self.runner.run(job, self._ended)

    def _ended(self, how: Ended) -> None:
        sent, self._sending = self._sending, 0
        if how.status == SENT:
            self.say("SMTP alert successfully sent." if sent == 1 else f"{sent} SMTP alerts successfully sent.")
        else:
            why = "took too long" if how.timed_out else WHY.get(how.status, how.trouble or f"was not asked (status {how.status})")
            self.say(f"SMTP alert not sent: server {self.defs.smtp_server} port {self.defs.smtp_port} {why}; {sent} mails are lost")
        if self._dropped:
            self.say(f"{self._dropped} mails were dropped: they came faster than the server takes them")
            self._dropped = 0
        self._go()
