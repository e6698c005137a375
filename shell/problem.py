"""What the world refused: system errors as values, in words an operator can use."""

import os

from kaspec.frozen import frozen


@frozen
class Problem:
    """Something that could not be done.

    ``what`` names the action and its object, ``code`` is the errno (0 if the kernel was not asked), ``hint`` says what to do about it.
    """

    what: str
    code: int
    hint: str = ""

    def __str__(self) -> str:
        """Write it in one line: what, why, and what to do."""
        why = f": {os.strerror(self.code)}" if self.code else ""
        return f"{self.what}{why}{f' - {self.hint}' if self.hint else ''}"
