"""Who may be run: what keepalived calls script security, as a decision over facts that the shell gathers.

A program that root runs is root's to change only: its file and every directory on the way must be writable by nobody else.  With
``enable_script_security`` one that is not is refused; without, it runs, and that is told.
"""

from collections.abc import Iterable, Iterator, Mapping

from attrs import field

from kaspec.config import diagnostics as kinds
from kaspec.config.commands import arguments
from kaspec.config.diagnostics import Diagnostic, Kind
from kaspec.config.model import Command, CommandUse, Configuration, Permit, Telling
from kaspec.config.terms import Fifo, Owner
from kaspec.frozen import evolve, frozen
from kaspec.vrrp.router import TrackerTrack

DEFAULT_USER = "keepalived_script"
"""Whom scripts run as that name no user, if there is such a user; else, without script security, whoever runs us."""
DEFAULT_UMASK = 0o177
"""keepalived's own mask, which its scripts get too."""
_TYPE, _REGULAR, _DIRECTORY, _LINK = 0o170000, 0o100000, 0o040000, 0o120000


@frozen
class Place:
    """A file, directory or symbolic link that is met on the way to a program: the bits of lstat(2), and whom it belongs to."""

    path: str
    mode: int
    uid: int
    gid: int

    @property
    def is_open_to_others(self) -> bool:
        """Whether anybody but root can change it; in a directory with the sticky bit others' files are safe, a link has no say."""
        return self.mode & _TYPE != _LINK and others_write(self.mode, self.uid, self.gid)


@frozen
class Trail:
    """The way from ``/`` to a program: every place met, links followed, the program last; or the ``trouble`` on it, in words."""

    places: tuple[Place, ...] = ()
    trouble: str = ""


UNSEEN = Trail(trouble="it was not looked at")


@frozen
class Account:
    """A user: ids, and all groups the user is a member of."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()


@frozen
class Facts:
    """What this machine is: the trail to each program as the text names it, users and groups by name, and who we are ourselves."""

    trails: Mapping[str, Trail] = field(factory=dict)
    users: Mapping[str, Account | None] = field(factory=dict)
    groups: Mapping[str, int | None] = field(factory=dict)
    ourselves: Account = Account(0, 0)


@frozen
class Wanted:
    """What there is to look at: programs, users and groups."""

    programs: frozenset[str]
    users: frozenset[str]
    groups: frozenset[str]


@frozen
class Verdict:
    """The commands that may run, whom FIFOs belong to, and what is to be said, each at its place."""

    permits: Mapping[Command, Permit]
    owners: Mapping[Fifo, tuple[int, int]]
    diagnostics: tuple[Diagnostic, ...]


def others_write(mode: int, uid: int, gid: int) -> bool:
    """Tell from the bits of stat(2) whether anybody but root can write a file, or put another in its place in a directory."""
    sticky = mode & _TYPE == _DIRECTORY and mode & 0o1000
    by_group = mode & 0o020 and gid != 0
    return bool(uid != 0 or ((mode & 0o002 or by_group) and not sticky))


def facts_wanted(uses: Iterable[CommandUse], telling: Telling) -> Wanted:
    """Tell what must be looked at to judge these commands."""
    commands = [use.command for use in uses]
    owners = [*(_owner(command, telling) for command in commands), *(fifo.owner for fifo in _fifos(telling)), telling.script_user]
    users = {DEFAULT_USER, *(owner.user for owner in owners if owner and owner.user)}
    groups = {owner.group for owner in owners if owner and owner.group}
    return Wanted(frozenset(argv[0] for each in commands if (argv := arguments(each.line))), frozenset(users), frozenset(groups))


def judge(uses: Iterable[CommandUse], telling: Telling, facts: Facts, umask: int | None = None) -> Verdict:
    """Decide which commands may run; ``umask`` is the command line's, which counts more than the file's."""
    mask = next(each for each in (umask, telling.umask, DEFAULT_UMASK) if each is not None)
    permits: dict[Command, Permit] = {}
    said: list[Diagnostic] = []
    for use in uses:
        found = _identity(use, telling, facts)
        refused = found if isinstance(found, Diagnostic) else _unfit(use, telling, facts, found)
        if isinstance(found, Account) and (refused is None or refused.severity != "error"):
            argv = arguments(use.command.line)
            path = argv[0] if telling.use_symlink_paths and argv[0].startswith("/") else facts.trails[argv[0]].places[-1].path
            groups = found.groups if telling.set_supplementary_groups else (found.gid,)
            permits[use.command] = Permit((path, *argv[1:]), found.uid, found.gid, groups, mask)
        said += () if refused is None else (refused,)
    return Verdict(permits, {fifo: _fifo_owner(fifo, telling, facts) for fifo in _fifos(telling)}, tuple(said))


def without_refused(configuration: Configuration) -> Configuration:
    """Track no script that may not run on this machine: nobody waits for it, and nobody is at fault for it (keepalived disables it)."""
    commands = {script.name: Command(script.line, script.user, script.group) for script in configuration.scripts}
    refused = {name for name, command in commands.items() if command not in configuration.permits}

    def kept(trackers: tuple[TrackerTrack, ...]) -> tuple[TrackerTrack, ...]:
        return tuple(track for track in trackers if track.kind != "script" or track.name not in refused)

    routers = tuple(evolve(router, trackers=kept(router.trackers)) for router in configuration.routers)
    groups = tuple(evolve(group, trackers=kept(group.trackers)) for group in configuration.groups)
    return evolve(configuration, routers=routers, groups=groups) if refused else configuration


def _fifos(telling: Telling) -> tuple[Fifo, ...]:
    return tuple(fifo for fifo in (telling.notify_fifo, telling.vrrp_notify_fifo) if fifo is not None)


def _fifo_owner(fifo: Fifo, telling: Telling, facts: Facts) -> tuple[int, int]:
    """Whom a FIFO belongs to: whom it names, else whom scripts run as; a name that nobody has counts as none."""
    owner = fifo.owner or telling.script_user
    account = facts.users.get((owner.user if owner else None) or DEFAULT_USER) or facts.ourselves
    group = facts.groups.get(owner.group) if owner and owner.group else None
    return account.uid, account.gid if group is None else group


def _owner(command: Command, telling: Telling) -> Owner | None:
    """Whom a command names, or ``script_user``."""
    return telling.script_user if command.user is None else Owner(command.user, command.group)


def _identity(use: CommandUse, telling: Telling, facts: Facts) -> Account | Diagnostic:
    owner = _owner(use.command, telling)
    if owner is None or owner.user is None:
        account = facts.users.get(DEFAULT_USER)
        if account is None and telling.enable_script_security:
            message = f"{use.keyword} names no user, and there is no user {DEFAULT_USER}: it is not run"
            hint = f"{_make_user(DEFAULT_USER)}; or name another with script_user in global_defs"
            return kinds.SCRIPT_USER_MISSING.at(use.span, message, hint)
        account = account or facts.ourselves
    else:
        account = facts.users.get(owner.user)
        if account is None:
            message = f"there is no user {owner.user}: {use.keyword} is not run"
            return kinds.SCRIPT_USER_MISSING.at(use.span, message, _make_user(owner.user))
    if owner is None or owner.group is None:
        return account
    gid = facts.groups.get(owner.group)
    if gid is None:
        message = f"there is no group {owner.group}: {use.keyword} is not run"
        return kinds.SCRIPT_USER_MISSING.at(use.span, message, f"groupadd --system {owner.group}")
    return evolve(account, gid=gid)


def _make_user(name: str) -> str:
    return f"useradd --system --shell /usr/sbin/nologin {name}"


def _unfit(use: CommandUse, telling: Telling, facts: Facts, account: Account) -> Diagnostic | None:
    """Say why a command must not run, or what is wrong with it all the same."""
    program = arguments(use.command.line)[0]
    trail = facts.trails.get(program, UNSEEN)
    if trail.trouble:
        return kinds.SCRIPT_UNUSABLE.at(use.span, f"{program} cannot be run: {trail.trouble}", "put it there, or name another")
    *ways, file = trail.places
    if file.mode & _TYPE != _REGULAR:
        return kinds.SCRIPT_UNUSABLE.at(use.span, f"{file.path} is not a file, so it cannot be run", "name a program")
    if closed := next((way for way in (*ways, file) if way.mode & _TYPE != _LINK and not _may_execute(way, account)), None):
        message = f"{program} cannot be run by uid {account.uid}, which may not execute {_described(closed)}"
        return kinds.SCRIPT_UNUSABLE.at(use.span, message, f"chmod a+x {closed.path}")
    if account.uid != 0:
        return None
    if loose := [place for place in trail.places if place.is_open_to_others]:
        return _insecure(use, program, loose, kinds.SCRIPT_REFUSED if telling.enable_script_security else kinds.SCRIPT_INSECURE)
    if telling.enable_script_security:
        return None
    message = f"{use.keyword} runs as root, and script security is not enabled"
    return kinds.SCRIPTS_AS_ROOT.at(use.span, message, "add enable_script_security to global_defs, or name a user with script_user")


def _insecure(use: CommandUse, program: str, loose: list[Place], kind: Kind) -> Diagnostic:
    refused = "it is not run" if kind is kinds.SCRIPT_REFUSED else "it is run all the same, for script security is not enabled"
    message = f"{program} runs as root, and others than root can change {', '.join(map(_described, loose))}: {refused}"
    return kind.at(use.span, message, "; ".join(step for place in loose for step in _mending(place)))


def _mending(place: Place) -> Iterator[str]:
    if place.uid != 0:
        yield f"chown root {place.path}"
    unwanted = ("g" if place.mode & 0o020 and place.gid != 0 else "") + ("o" if place.mode & 0o002 else "")
    if unwanted:
        yield f"chmod {unwanted}-w {place.path}"


def _described(place: Place) -> str:
    return f"{place.path} (mode {place.mode & 0o7777:04o}, owner {place.uid}:{place.gid})"


def _may_execute(place: Place, account: Account) -> bool:
    if account.uid == 0:
        return bool(place.mode & 0o111)
    if account.uid == place.uid:
        return bool(place.mode & 0o100)
    return bool(place.mode & (0o010 if place.gid in (account.gid, *account.groups) else 0o001))
