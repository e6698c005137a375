"""What a survey has to look at for the needs of a configuration."""

from kaspec.doctor.needs import Needs
from kaspec.doctor.scripts import on_the_way
from kaspec.frozen import frozen
from kaspec.security import DEFAULT_USER

_SYSCTLS = (
    "net.ipv4.ip_forward",
    "net.ipv6.conf.all.forwarding",
    "net.ipv4.ip_nonlocal_bind",
    "net.ipv6.ip_nonlocal_bind",
    "net.ipv4.conf.all.arp_ignore",
    "net.ipv4.conf.all.arp_announce",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.all.promote_secondaries",
)
_OF_INTERFACES = ("net.ipv4.conf.{}.rp_filter", "net.ipv4.conf.{}.promote_secondaries", "net.ipv6.conf.{}.disable_ipv6")


@frozen
class Wanted:
    """Facts to gather: sysctls by their dotted names, files by path, users and host names."""

    sysctls: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def facts_wanted(needs: Needs) -> Wanted:
    """Tell what has to be looked at."""
    interfaces = {use.name for use in needs.uses} | {wanted.interface for each in needs.instances for wanted in each.addresses}
    paths = {place for script in needs.scripts if script.path.startswith("/") for place in on_the_way(script.path)}
    users = {user for user in (DEFAULT_USER, needs.script_user, *(each.user for each in needs.scripts)) if user}
    return Wanted(
        (*_SYSCTLS, *(form.format(name.replace(".", "/")) for name in sorted(interfaces) for form in _OF_INTERFACES)),
        tuple(sorted(paths)),
        tuple(sorted(users)),
        () if needs.smtp_server is None else (needs.smtp_server[0],),
    )
