"""The names that iproute2 has for numbers: routing tables, protocols, realms, types of service, groups of interfaces.

A machine has its own in files below ``iproute_etc_dir`` and ``iproute_usr_dir``; they are asked for as an include is.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from kaspec.config.expansion.library import Content, Found, Library, Listing, Question
from kaspec.expression import expression
from kaspec.frozen import frozen

File = Literal["rt_tables", "rt_protos", "rt_realms", "rt_dsfield", "group"]
BUILT_IN: Mapping[File, Mapping[str, int]] = {
    "rt_tables": {"unspec": 0, "default": 253, "main": 254, "local": 255},
    "rt_protos": {
        "unspec": 0, "redirect": 1, "kernel": 2, "boot": 3, "static": 4, "gated": 8, "ra": 9, "mrt": 10, "zebra": 11, "bird": 12,
        "dnrouted": 13, "xorp": 14, "ntk": 15, "dhcp": 16, "keepalived": 18, "babel": 42, "bgp": 186, "isis": 187, "ospf": 188,
        "rip": 189, "eigrp": 192,
    },
    "rt_realms": {"unknown": 0, "cosmos": 0},
    "rt_dsfield": {
        "default": 0, "CS0": 0, "CS1": 0x20, "CS2": 0x40, "CS3": 0x60, "CS4": 0x80, "CS5": 0xA0, "CS6": 0xC0, "CS7": 0xE0, "EF": 0xB8,
        "AF11": 0x28, "AF12": 0x30, "AF13": 0x38, "AF21": 0x48, "AF22": 0x50, "AF23": 0x58, "AF31": 0x68, "AF32": 0x70, "AF33": 0x78,
        "AF41": 0x88, "AF42": 0x90, "AF43": 0x98,
    },
    "group": {"default": 0},
}  # fmt: skip
"""What iproute2 brings along."""
IP_PROTOCOLS = {
    "icmp": 1, "igmp": 2, "ipencap": 4, "tcp": 6, "udp": 17, "dccp": 33, "ipv6": 41, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51,
    "ipv6-icmp": 58, "eigrp": 88, "ospf": 89, "pim": 103, "vrrp": 112, "l2tp": 115, "sctp": 132, "udplite": 136,
}  # fmt: skip
"""The IP protocols that have a name everywhere (``/etc/protocols``)."""
ETC, USR = "/etc/iproute2", "/usr/share/iproute2"
_LINE = expression(r"\s*(0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10})\s+(\S+)")


def parse_names(text: str) -> dict[str, int]:
    """Read one of iproute2's files: lines ``NUMBER NAME``; a comment begins with ``#``."""
    found = (_LINE.match(line) for line in text.split("\n"))
    return {match[2]: int(match[1], 0 if match[1][:2].lower() == "0x" else 10) for match in found if match}


@frozen
class Names:
    """Looks names up in the files of ``directories``; ``ask`` takes what is not known yet.  Without a library, only iproute2's own."""

    library: Library | None = None
    directories: tuple[str, ...] = (ETC, USR)
    ask: Callable[[Question], None] | None = None

    def number(self, file: File, name: str | int | None) -> int | None:
        """Return the number of a name, ``None`` if there is none (or not yet); a number is its own."""
        if name is None or isinstance(name, int):
            return name
        own = self._read(file) if self.library is not None else {}
        return own.get(name, BUILT_IN[file].get(name))

    def _read(self, file: File) -> Mapping[str, int]:
        """Read the files, those that come first last: they count."""
        found: dict[str, int] = {}
        for directory in reversed(self.directories):
            paths = [f"{directory}/{file}", *(f"{directory}/{file}.d/{each}" for each in self._listed(f"{directory}/{file}.d"))]
            for path in paths:
                found |= self._content(path)
        return found

    def _ask(self, question: Question) -> None:
        if self.ask is not None:
            self.ask(question)

    def _listed(self, directory: str) -> tuple[str, ...]:
        assert self.library is not None
        if directory not in self.library.listings:
            self._ask(Listing(directory))
        return tuple(name for name in self.library.listings.get(directory) or () if name.endswith(".conf"))

    def _content(self, path: str) -> Mapping[str, int]:
        assert self.library is not None
        if path not in self.library.contents:
            self._ask(Content(path))
        content = self.library.contents.get(path)
        return parse_names(content.text) if isinstance(content, Found) else {}
