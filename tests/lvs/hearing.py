"""Who hears of a director's virtual servers, on the director itself: a mail server, and a manager that traps go to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import frozen

from conformance.lab.waiting import wait_until
from tests.interop.manager import Listener, start_master
from tests.interop.witnesses import MAIL_PORT, MailServer, mail_server
from tests.lvs.stage import Stage

PATIENCE = 60.0
DEFINITIONS = f"""
  router_id LAB
  notification_email {{
    one@example.org
    two@example.org
  }}
  notification_email_from lvs@example.org
  smtp_server 127.0.0.1 {MAIL_PORT}
  smtp_helo_name lvs.example.org
  smtp_connect_timeout 30
  enable_snmp_checker
  enable_traps
  snmp_socket unix:/run/agentx
"""
"""What a daemon is to know of them."""


@frozen
class Hearers:
    """Both at work."""

    mail: MailServer
    traps: Listener

    def heard(self, letters: int, traps: int) -> dict[str, Any]:
        """Wait until so many have come; return all of them.  Of the letters the dates are left out, of the traps nothing is."""

        def enough() -> bool:
            return len(self.mail.letters) >= letters and len(self.traps.heard) >= traps

        try:
            wait_until(enough, PATIENCE, f"{letters} letters and {traps} traps")
        except TimeoutError as error:
            told = [each.subject for each in self.mail.letters] + [str(each) for each in self.traps.heard]
            raise AssertionError("\n".join([str(error), *told])) from None
        written = [[each.helo, each.sender, list(each.recipients), each.message.decode()] for each in self.mail.letters]
        return {"letters": sorted(written), "traps": [[each.name, [list(pair) for pair in each.bindings]] for each in self.traps.heard]}


@contextmanager
def hearing(stage: Stage) -> Iterator[Hearers]:
    """Have both listen before a daemon starts."""
    with mail_server(stage.director) as mail:
        start_master(stage.director)
        yield Hearers(mail, Listener.start(stage.director))
