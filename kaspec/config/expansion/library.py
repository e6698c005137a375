"""The files a configuration consists of, as far as they are known, and what must still be found out.

Reading asks for what its ``Library`` does not hold; the answers make a larger one and reading begins again, until nothing is asked.
There are about as many rounds as includes are deep.
"""

from collections.abc import Mapping

from attrs import field

from kaspec.frozen import frozen


@frozen(order=True)
class Content:
    """What does the file ``path`` say?"""

    path: str


@frozen(order=True)
class Listing:
    """What is in ``directory``?"""

    directory: str


Question = Content | Listing


@frozen
class Found:
    """The file's text; ``identity`` is the same for every path to it."""

    text: str
    identity: str


@frozen
class Unread:
    """The file cannot be included: ``reason`` completes "it ..."; ``missing`` if there is none."""

    reason: str
    missing: bool = False


Names = tuple[str, ...]
"""What is in a directory; nothing if there is no such directory or it cannot be read."""

Answer = Found | Unread | Names | None


@frozen
class Library:
    """The answers so far: texts by path, and names by directory (``None`` where there is no directory)."""

    contents: Mapping[str, Found | Unread] = field(factory=dict)
    listings: Mapping[str, Names | None] = field(factory=dict)

    def answered(self, answers: Mapping[Question, Answer]) -> "Library":
        """Return the library with more answers."""
        contents, listings = dict(self.contents), dict(self.listings)
        for question, answer in answers.items():
            if isinstance(question, Content) and isinstance(answer, Found | Unread):
                contents[question.path] = answer
            elif isinstance(question, Listing) and not isinstance(answer, Found | Unread):
                listings[question.directory] = answer
        return Library(contents, listings)


@frozen
class Settings:
    """What a configuration can ask about the machine and the command line.

    ``config_id`` is what ``@ID`` lines are compared with and ``${_INSTANCE}``; ``directory`` is what relative paths are relative to, for
    ``${_PWD}``; ``seed`` is for ``${_RANDOM}`` unless ``random_seed`` is given; ``all_checks`` is the option ``-e``.
    """

    config_id: str = ""
    directory: str = "/"
    environment: Mapping[str, str] = field(factory=dict)
    seed: int = 0
    all_checks: bool = False
