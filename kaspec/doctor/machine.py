"""A machine as facts: what ``shell.survey`` saw, before anybody has judged it.

What could not be looked at is ``Unseen`` with the reason, which is not the same as not being there.
"""

from collections.abc import Mapping

from attrs import field

from kaspec.address import Address
from kaspec.doctor.firewall import Listing, Unseen
from kaspec.frozen import frozen


@frozen
class HeldAddress:
    """An address of an interface; duplicate address detection is still ``tentative``, or has ``failed``."""

    address: Address
    prefix_length: int
    tentative: bool = False
    failed: bool = False


@frozen
class Interface:
    """An interface: ``carrier`` is IFF_RUNNING, ``multicast`` IFF_MULTICAST, ``up`` IFF_UP.

    ``network_file`` is the file by which systemd-networkd configures it, if it does; ``keeps_addresses`` whether that file has
    ``KeepConfiguration=`` for static addresses; ``network_manager`` whether NetworkManager has it in its care.
    """

    name: str
    up: bool = True
    carrier: bool = True
    multicast: bool = True
    loopback: bool = False
    mtu: int = 1500
    addresses: tuple[HeldAddress, ...] = ()
    network_file: str | None = None
    keeps_addresses: bool = False
    network_manager: bool = False


@frozen
class File:
    """A file or a directory: the type and permission bits of stat(2), and the ids of whom it belongs to."""

    mode: int
    uid: int
    gid: int

    @property
    def is_regular(self) -> bool:
        """Whether it is a regular file."""
        return self.mode & 0o170000 == 0o100000


@frozen
class Process:
    """A running process; ``here`` tells whether it is in our network namespace, ``None`` if that cannot be seen."""

    pid: int
    name: str
    here: bool | None = True


@frozen
class Machine:
    """Everything we look at.

    ``files`` holds what was asked for by path, directories on the way included: ``None`` for what does not exist.  ``sysctls`` has dotted
    names (an interface's dot is a slash, as in sysctl(8)); one that this kernel has not is missing.  ``ip_vs`` tells whether the kernel has
    it (``True``), could load it (``None``), or cannot (``False``).  ``users`` gives the uid of those asked for, ``names`` whether the host
    names that were looked up have an address.  ``root`` tells whether root looked.  ``synchronised`` is what the kernel says of its clock
    (adjtimex(2): not STA_UNSYNC), ``None`` if it does not.
    """

    kernel: str = ""
    root: bool = True
    capabilities: frozenset[str] = frozenset()
    interfaces: tuple[Interface, ...] = ()
    sysctls: Mapping[str, str] = field(factory=dict)
    rules: tuple[Listing, ...] = ()
    ip_vs: bool | None = True
    processes: tuple[Process, ...] = ()
    pid_files: Mapping[str, int] = field(factory=dict)
    files: Mapping[str, File | Unseen | None] = field(factory=dict)
    users: Mapping[str, int | None] = field(factory=dict)
    names: Mapping[str, bool] = field(factory=dict)
    synchronised: bool | None = True

    def interface(self, name: str) -> Interface | None:
        """Return the interface of that name."""
        return next((each for each in self.interfaces if each.name == name), None)

    def sysctl(self, name: str) -> int | None:
        """Return a numeric sysctl; ``None`` if the kernel has none of that name."""
        text = self.sysctls.get(name, "")
        return int(text) if text.removeprefix("-").isdigit() else None

    def of_interface(self, key: str, interface: str, family: int = 4) -> tuple[int, int]:
        """Return ``net.ipvF.conf.*.key`` for all interfaces and for one; 0 where the kernel has none."""
        names = (f"net.ipv{family}.conf.{each}.{key}" for each in ("all", interface.replace(".", "/")))
        everywhere, there = (self.sysctl(name) or 0 for name in names)
        return everywhere, there
