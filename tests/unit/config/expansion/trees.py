"""Trees of files in memory, read as the shell reads those on a disk."""

from collections.abc import Mapping

from kaspec.config.expansion.library import Answer, Content, Found, Library, Question, Settings, Unread
from kaspec.config.reader import Reading, Wanted, read_files

MOST_ROUNDS = 100
"""No tree here is as deep."""

EXECUTABLE = "#!/bin/sh"
"""A file that begins so is executable."""


def read_tree(files: Mapping[str, str], settings: Settings = Settings(), main: str = "main.conf") -> Reading:  # noqa: B008
    """Read a file of a tree that holds these texts by path."""
    library = Library()
    for _ in range(MOST_ROUNDS):
        found = read_files(library, main, settings)
        if isinstance(found, Wanted):
            library = library.answered({question: answer(files, question) for question in found.questions})
        else:
            assert isinstance(found, Reading)
            return found
    raise AssertionError("reading asks forever")


def answer(files: Mapping[str, str], question: Question) -> Answer:
    """Answer a question about the tree."""
    if isinstance(question, Content):
        path = normal(question.path)
        if path in files:
            return Unread("is executable") if files[path].startswith(EXECUTABLE) else Found(files[path], path)
        return Unread("is a directory") if entries(files, path) else Unread("is not there", missing=True)
    return entries(files, normal(question.directory)) or None


def entries(files: Mapping[str, str], directory: str) -> tuple[str, ...]:
    """Return what is in a directory."""
    prefix = "" if directory in {"", "."} else f"{directory}/"
    return tuple(sorted({path[len(prefix) :].split("/")[0] for path in files if path.startswith(prefix)}))


def normal(path: str) -> str:
    """Return a path without ``.``, ``..`` and empty parts."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in {"", ".", ".."}:
            parts.append(part)
    return "/".join(parts)
