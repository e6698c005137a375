"""What the daemon and the process that sends its mail tell each other: letters, and how it went, in the numbers of sysexits.h.

Apart from ``shell.mailing``, since what that imports takes longer than all else of a small daemon.
"""

from typing import TypedDict

SENT, REFUSED, NO_HOST, NO_ANSWER = 0, 65, 68, 75


class Letter(TypedDict):
    """Mails for one server: each of ``mails`` has a subject, a body, and when it was written, in seconds since 1970."""

    host: str
    port: int
    helo: str
    timeout: float
    sender: str
    recipients: list[str]
    mails: list[tuple[str, str, float]]
