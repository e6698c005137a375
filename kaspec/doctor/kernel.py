"""The kernel: rights, IPVS, and the settings that decide what becomes of packets."""

from collections.abc import Iterator

from kaspec.address import format_address
from kaspec.doctor import findings as kind
from kaspec.doctor.findings import Finding, Fix
from kaspec.doctor.machine import Machine
from kaspec.doctor.needs import Needs

CAPABILITIES = {
    "CAP_NET_ADMIN": "add and remove virtual addresses",
    "CAP_NET_RAW": "send and receive VRRP and gratuitous ARP",
}
"""What the daemon needs, and what for."""
_STRICT = 1
"""rp_filter: a packet must come from where its answer would go (ip-sysctl)."""


def examine_kernel(needs: Needs, machine: Machine) -> Iterator[Finding]:
    """Look at the kernel's side."""
    yield from _rights(machine)
    yield from _forwarding(needs, machine)
    yield from _binding(needs, machine)
    yield from _reverse_path(needs, machine)
    yield from _clock(needs, machine)
    if (needs.virtual_servers or needs.synchronises) and machine.ip_vs is False:
        found = f"the kernel {machine.kernel} has no ip_vs, nor a module of that name to load"
        fix = Fix(("modprobe ip_vs  # of a kernel that has it: your distribution's, not a container's or a cut-down one",))
        yield kind.IP_VS_MISSING.of("ip_vs", found, fix)


def _rights(machine: Machine) -> Iterator[Finding]:
    """What an ordinary user lacks says nothing about the daemon, which somebody else starts."""
    for name, purpose in CAPABILITIES.items():
        if name not in machine.capabilities:
            unit = Fix((f"AmbientCapabilities={name}",), "the [Service] section of its systemd unit, if it is not to run as root")
            if machine.root:
                found = f"even root does not have it here; the daemon needs it to {purpose}"
                fix = Fix((f"# give the container {name.removeprefix('CAP_')} (docker run --cap-add), or start the daemon outside",))
                yield kind.CAPABILITY_MISSING.of(name, found, fix, unit)
            else:
                found = f"the daemon needs it to {purpose}; you are not root and do not have it"
                yield kind.CAPABILITY_WANTED.of(name, found, Fix(("# start the daemon as root",)), unit)


def _forwarding(needs: Needs, machine: Machine) -> Iterator[Finding]:
    for family, key in ((4, "net.ipv4.ip_forward"), (6, "net.ipv6.conf.all.forwarding")):
        translating = [server for server in needs.virtual_servers if server.translates and server.family == family]
        if translating and machine.sysctl(key) == 0:
            found = f"{key} is 0, and the virtual server at {translating[0].span} forwards by NAT"
            yield kind.FORWARDING_OFF.of(key, found, _setting(key, 1))


def _binding(needs: Needs, machine: Machine) -> Iterator[Finding]:
    moving = {wanted.address for instance in needs.instances for wanted in instance.addresses}
    for address, span in needs.binds:
        key = f"net.ipv{4 if len(address) == 4 else 6}.ip_nonlocal_bind"
        if address in moving and machine.sysctl(key) == 0:
            found = f"the checker at {span} binds to {format_address(address)}, a virtual address, and {key} is 0"
            yield kind.BIND_REFUSED.of(key, found, _setting(key, 1))


def _reverse_path(needs: Needs, machine: Machine) -> Iterator[Finding]:
    for instance in needs.instances:
        strict = max(machine.of_interface("rp_filter", instance.interface)) == _STRICT
        if instance.virtual_mac and instance.family == 4 and strict:
            everywhere, there = machine.of_interface("rp_filter", instance.interface)
            names = [
                f"net.ipv4.conf.{each}.rp_filter" for each, value in (("all", everywhere), (instance.interface, there)) if value == _STRICT
            ]
            found = f"{' and '.join(names)} is 1 (strict), and {instance.name} has use_vmac"
            yield kind.REVERSE_PATH.of(
                f"{instance.name} on {instance.interface}", found, Fix(tuple(f"sysctl -w {name}=0" for name in names))
            )


def _clock(needs: Needs, machine: Machine) -> Iterator[Finding]:
    if machine.synchronised is not False:
        return
    for instance in needs.instances:
        if instance.timed:
            found = f"nothing keeps this machine's clock right, and {instance.name} goes by the time in what its peers sign (auth_hmac)"
            untimed = Fix(("anti_replay monotonic",), f"auth_hmac of the vrrp_instance at {instance.span}")
            yield kind.CLOCK_FREE.of(instance.name, found, Fix(("timedatectl set-ntp true",), "or with chrony or ntpd"), untimed)


def _setting(key: str, value: int) -> Fix:
    """Return how to set a sysctl."""
    return Fix((f"sysctl -w {key}={value}",), f"and {key} = {value} in /etc/sysctl.conf, to keep it")
