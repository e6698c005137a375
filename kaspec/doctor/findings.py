"""Findings: what on a machine keeps a configuration from working, why that matters, and what mends it.

Every kind has a stable code, listed in ``KINDS``.
"""

from typing import Literal

from kaspec.frozen import frozen

Severity = Literal["error", "warning", "unknown", "notice"]
"""``error``: it does not work so.  ``warning``: it may not, or not always.  ``unknown``: we could not tell.  ``notice``: worth knowing."""


@frozen
class Fix:
    """Something to do: ``commands`` to run or lines to write; ``where`` says with what, or in which file, if that is not plain."""

    commands: tuple[str, ...]
    where: str = ""


@frozen
class Kind:
    """A kind of finding: its code, its severity, and why it matters to the protocol."""

    code: str
    severity: Severity
    why: str

    def of(self, subject: str, found: str, *fixes: Fix, why: str = "") -> "Finding":
        """Make a finding of this kind; ``why`` only if it is another reason here."""
        return Finding(self.severity, self.code, subject, found, why or self.why, fixes)


@frozen
class Finding:
    """One thing found: ``subject`` is what it is about, ``found`` what was seen, ``why`` what follows from it, ``fixes`` what to do.

    The first fix is the one that fits what was found; the others do the same with other tools.
    """

    severity: Severity
    code: str
    subject: str
    found: str
    why: str
    fixes: tuple[Fix, ...] = ()


KINDS: dict[str, Kind] = {}
"""Every kind of finding by its code."""


def _kind(code: str, severity: Severity, why: str) -> Kind:
    assert code not in KINDS, code
    return KINDS.setdefault(code, Kind(code, severity, why))


# The daemon.
CONFIGURATION_WRONG = _kind("D001", "error", "The daemon leaves out what is wrong, or does not start.")
CAPABILITY_MISSING = _kind("D002", "error", "The daemon does not start without it.")
CAPABILITY_WANTED = _kind("D006", "notice", "The daemon does not start without it.")
DAEMON_RUNNING = _kind("D003", "notice", "A second one would not start: the pid file keeps it from doing so.")
OTHER_DAEMON = _kind("D004", "warning", "Two daemons that move the same addresses take them from each other.")
PROCESS_UNSEEN = _kind("D005", "unknown", "If it moves addresses here, the two would take them from each other.")

# Interfaces.
INTERFACE_MISSING = _kind("D010", "error", "An instance has nothing to run on without its interface.")
INTERFACE_DOWN = _kind("D011", "error", "Nothing is sent or heard on an interface that is down: what depends on it is in FAULT.")
NO_CARRIER = _kind("D012", "error", "No cable, or the other end is off: what depends on the interface is in FAULT until it is back.")
NO_ADDRESS = _kind("D013", "error", "Advertisements come from an address of the interface: without one the instance is in FAULT.")
NO_MULTICAST = _kind("D014", "error", "Advertisements go to a multicast group, which this interface cannot join or send to.")
SOURCE_MISSING = _kind("D015", "warning", "Peers may discard, or never get, what comes from an address this machine does not have.")
IPV6_DISABLED = _kind("D016", "error", "The interface takes no IPv6 address, virtual or not.")
ADDRESS_TENTATIVE = _kind("D017", "warning", "Nothing is sent from an address until it is known that nobody else has it (RFC 4862 5.4).")
ADDRESS_DUPLICATE = _kind("D018", "error", "Another machine has this address, so the kernel does not use it (RFC 4862 5.4.5).")
MTU_SMALL = _kind("D019", "error", "An advertisement with that many addresses does not fit into one packet, and is never sent in pieces.")

# Packet filters.
ADVERTS_DROPPED = _kind("D020", "error", "A router that hears no advertisement believes the Master dead: both become Master.")
SENDING_DROPPED = _kind("D021", "error", "Nobody hears this router as Master: the others become Master too.")
FILTER_UNCLEAR = _kind("D022", "unknown", "If it drops VRRP (protocol 112), both routers become Master.")
FILTER_UNSEEN = _kind("D023", "unknown", "A filter that drops VRRP (protocol 112) makes both routers Master.")

# Addresses.
ADDRESS_HELD = _kind("D030", "warning", "An address that stays while another router is Master is on two machines at once.")
SECONDARIES_LOST = _kind(
    "D031", "warning", "When the first address of a subnet goes, the kernel removes the others of that subnet with it."
)
ARP_ANSWERED = _kind("D032", "warning", "A host that answers ARP for the address takes the connections that the director should get.")

# The kernel.
FORWARDING_OFF = _kind("D040", "error", "The answers of real servers come back through this director, which does not pass them on.")
BIND_REFUSED = _kind("D041", "warning", "While another router is Master the address is not here, and nothing can be bound to it.")
REVERSE_PATH = _kind(
    "D042", "warning", "Packets for the virtual MAC's interface are dropped, for their way back leads through another one."
)
IP_VS_MISSING = _kind("D043", "error", "Virtual servers are the kernel's IPVS, which it does not have.")
CLOCK_FREE = _kind("D044", "warning", "A router whose clock has gone astray discards what its peer signs, and both become Master.")

# Other software on the interfaces.
NETWORKD_REMOVES = _kind("D050", "warning", "When systemd-networkd starts anew or reconfigures it, addresses it does not know are removed.")
NETWORK_MANAGER = _kind("D051", "notice", "When NetworkManager activates the connection again, addresses it does not know are removed.")

# Scripts and mail.
SCRIPT_MISSING = _kind("D060", "error", "keepalived disables a script it cannot find; a tracking script that never succeeds is a FAULT.")
SCRIPT_NOT_EXECUTABLE = _kind("D061", "error", "The script cannot be run.")
SCRIPT_WRITABLE = _kind("D062", "warning", "Whoever can write it, or a directory above it, decides what root runs.")
SCRIPT_REFUSED = _kind("D063", "error", "enable_script_security disables scripts run as root that others than root can write.")
SCRIPT_USER = _kind("D064", "notice", "Scripts that name no user run as root.")
SCRIPT_UNSEEN = _kind("D065", "unknown", "A script that is missing, or cannot be run, is disabled.")
USER_MISSING = _kind("D066", "error", "A script whose user does not exist is not run.")
SERVER_UNKNOWN = _kind("D070", "warning", "Mail cannot be sent to a server whose name has no address.")
SERVER_BY_NAME = _kind("D071", "notice", "The name is looked up when the configuration is read, and mail fails if it cannot be.")
