"""Files that others read while they are written."""

import os
from pathlib import Path

PRIVATE = 0o600
"""keepalived's umask of 0177: what it writes only its own user reads."""


def write_atomically(path: Path, text: str, mode: int = PRIVATE) -> None:
    """Put ``text`` at ``path`` so that a reader sees the old file or the whole new one.

    The new file is made beside it, never through a symbolic link, and renamed into place.  Blocks on the disk: call it off the loop.
    Raises ``OSError``; nothing is left behind then.
    """
    unfinished = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            os.fchmod(descriptor, mode)
            file.write(text)
        os.rename(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def dump_directory() -> Path:
    """Return where ``keepalived.data`` and ``keepalived.stats`` go: TMPDIR, else /tmp."""
    return Path(os.environ.get("TMPDIR") or "/tmp")
