"""Programs, users and groups as facts for ``kaspec.security``: looked at, not judged."""

import grp
import os
import pwd
import stat
from collections.abc import Iterator

from kaspec.security import Account, Facts, Place, Trail, Wanted

MOST_LINKS = 40
"""How many symbolic links a path may go through (path_resolution(7))."""


def look_at_programs(wanted: Wanted) -> Facts:
    """Return what there is to know of programs, users and groups."""
    return Facts(
        {program: _trail(program) for program in wanted.programs},
        {name: _account(name) for name in wanted.users},
        {name: _group(name) for name in wanted.groups},
        Account(os.geteuid(), os.getegid(), tuple(sorted(os.getgroups()))),
    )


def _trail(program: str) -> Trail:
    """Walk to a program as the kernel does; one without a directory is looked for in PATH."""
    path = os.path.abspath(program) if "/" in program else _found(program)
    if path is None:
        return Trail(trouble="it is in no directory of PATH")
    places: list[Place] = []
    try:
        places.extend(_walk(path))
    except (OSError, ValueError) as error:
        where = getattr(error, "filename", None) or path
        return Trail(tuple(places), f"{where}: {getattr(error, 'strerror', None) or error}")
    return Trail(tuple(places))


def _found(program: str) -> str | None:
    from shutil import which  # with three libraries of compression, for those that need it

    return which(program)


def _walk(path: str) -> Iterator[Place]:
    ahead = [part for part in reversed(path.split("/")) if part]
    here, links = "/", 0
    yield _look(here)
    while ahead:
        part = ahead.pop()
        if part == "..":
            here = os.path.dirname(here)
            continue
        if part == ".":
            continue
        place = _look(os.path.join(here, part))
        yield place
        if not stat.S_ISLNK(place.mode):
            here = place.path
            continue
        links += 1
        if links > MOST_LINKS:
            raise ValueError("too many symbolic links")
        target = os.readlink(place.path)
        here = "/" if target.startswith("/") else here
        ahead += [each for each in reversed(target.split("/")) if each]


def _look(path: str) -> Place:
    status = os.lstat(path)
    return Place(path, status.st_mode, status.st_uid, status.st_gid)


def _account(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
        return Account(entry.pw_uid, entry.pw_gid, tuple(sorted(os.getgrouplist(name, entry.pw_gid))))
    except (KeyError, OSError):
        return None


def _group(name: str) -> int | None:
    try:
        return grp.getgrnam(name).gr_gid
    except (KeyError, OSError):
        return None
