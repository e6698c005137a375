"""Scripts, their users, and the mail server."""

from collections.abc import Iterator

from kaspec.address import parse_address
from kaspec.doctor import findings as kind
from kaspec.doctor.findings import Finding, Fix
from kaspec.doctor.firewall import Unseen
from kaspec.doctor.machine import File, Machine
from kaspec.doctor.needs import Needs, Script
from kaspec.security import DEFAULT_USER, others_write


def on_the_way(path: str) -> tuple[str, ...]:
    """Return the directories above an absolute path, from the root, and the path itself."""
    parts = [part for part in path.split("/") if part]
    return ("/", *("/" + "/".join(parts[:count]) for count in range(1, len(parts) + 1)))


def examine_scripts(needs: Needs, machine: Machine) -> Iterator[Finding]:
    """Look at every program that the configuration has run."""
    for script in needs.scripts:
        if script.path.startswith("/"):  # one without a directory is looked for in PATH, which is the daemon's
            yield from _examine_script(script, needs, machine)
    for name in dict.fromkeys(user for user in (needs.script_user, *(each.user for each in needs.scripts)) if user):
        if machine.users.get(name, 0) is None:
            yield kind.USER_MISSING.of(name, f"there is no user {name}", Fix((f"useradd --system --shell /usr/sbin/nologin {name}",)))
    unnamed = any(script.user is None for script in needs.scripts) and needs.script_user is None
    if unnamed and machine.users.get(DEFAULT_USER, 0) is None:
        fixes = Fix((f"useradd --system --shell /usr/sbin/nologin {DEFAULT_USER}",)), Fix(("script_user USER",), "global_defs")
        yield kind.SCRIPT_USER.of(DEFAULT_USER, f"there is no user {DEFAULT_USER}, and no script_user in global_defs", *fixes)
    yield from _mail(needs, machine)


def _examine_script(script: Script, needs: Needs, machine: Machine) -> Iterator[Finding]:
    subject = f"{script.keyword} ({script.span})"
    file = machine.files.get(script.path)
    match file:
        case Unseen(reason, needs_root):
            fix = Fix(("# run kaspec doctor as root",) if needs_root else ("# look at it yourself",))
            yield kind.SCRIPT_UNSEEN.of(subject, f"{script.path} cannot be looked at: {reason}", fix)
        case None:
            yield kind.SCRIPT_MISSING.of(subject, f"{script.path} does not exist", Fix((f"# put it at {script.path}, or name another",)))
        case File():
            if not file.is_regular or not file.mode & 0o111:
                what = "is not executable" if file.is_regular else "is not a file"
                yield kind.SCRIPT_NOT_EXECUTABLE.of(subject, f"{script.path} {what}", Fix((f"chmod +x {script.path}",)))
            if loose := [path for path in on_the_way(script.path) if _others_write(machine.files.get(path))]:
                refused = needs.secure and _runs_as_root(script, needs, machine)
                found = f"others than root can write {', '.join(loose)}"
                fix = Fix(tuple(f"chown root: {path}; chmod go-w {path}" for path in loose))
                yield (kind.SCRIPT_REFUSED if refused else kind.SCRIPT_WRITABLE).of(subject, found, fix)


def _others_write(file: object) -> bool:
    return isinstance(file, File) and others_write(file.mode, file.uid, file.gid)


def _runs_as_root(script: Script, needs: Needs, machine: Machine) -> bool:
    user = script.user or needs.script_user or DEFAULT_USER
    return not machine.users.get(user)


def _mail(needs: Needs, machine: Machine) -> Iterator[Finding]:
    if needs.smtp_server is None:
        return
    host, span = needs.smtp_server
    try:
        parse_address(host)
    except ValueError:
        looked_up = machine.names.get(host)
        if looked_up is False:
            yield kind.SERVER_UNKNOWN.of(f"smtp_server ({span})", f"{host} has no address", Fix(("smtp_server ADDRESS",), str(span)))
        elif looked_up is None:
            fixes = Fix((f"getent hosts {host}  # or kaspec doctor --resolve",)), Fix(("smtp_server ADDRESS",), str(span))
            yield kind.SERVER_BY_NAME.of(f"smtp_server ({span})", f"{host} is a name; it was not looked up", *fixes)
