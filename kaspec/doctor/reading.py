"""What a configuration needs, from its text.

Keywords are looked up by name, so those count too that have no effect in this release; a value that cannot be read is left to
``kaspec check``.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from kaspec.address import VRRP_GROUP_V4, Address, Family, family_of, parse_address
from kaspec.config.reader import Reading
from kaspec.config.sections import Section
from kaspec.config.source import Span
from kaspec.config.tree import Statement
from kaspec.doctor.firewall.adverts import AH, VRRP
from kaspec.doctor.needs import Instance, Needs, Script, VirtualServer, Wanted
from kaspec.frozen import frozen

VRRP_GROUP_V6 = parse_address("ff02::12")
"""The IPv6 multicast group of VRRP (RFC 9568 5.1.2.2)."""

_COMMANDS = frozenset({
    "notify", "notify_master", "notify_backup", "notify_fault", "notify_stop", "notify_deleted", "notify_master_rx_lower_pri", "notify_up",
    "notify_down", "quorum_up", "quorum_down", "startup_script", "shutdown_script", "notify_fifo_script", "vrrp_notify_fifo_script",
    "lvs_notify_fifo_script",
})  # fmt: skip
"""Keywords of the form ``CMD [USER [GROUP]]``."""
_PROGRAMS = frozenset({"script", "misc_path"})
"""Keywords that name a program, whose user is a keyword beside them."""


@frozen
class _Block:
    """A block by keywords: ``words`` is its label, ``parts`` what stands inside, as blocks and statements."""

    words: tuple[str, ...]
    span: Span
    parts: "tuple[tuple[str, _Block | Statement], ...]"

    def lines(self, name: str) -> tuple[Statement, ...]:
        """Return the statements of that keyword, and the lines of its lists."""
        return tuple(line for keyword, part in self.parts if keyword == name and isinstance(part, Statement) for line in _lines(part))

    def words_of(self, name: str) -> tuple[str, ...]:
        """Return the words after the keyword as given last; none if it is not given."""
        return next((_texts(line)[1:] for line in reversed(self.lines(name))), ())

    def has(self, name: str) -> bool:
        """Tell whether the keyword stands there, and says yes."""
        return bool(self.lines(name)) and self.words_of(name)[:1] not in {("no",), ("off",), ("false",)}

    def address_of(self, name: str) -> Address | None:
        """Return the address that a keyword gives."""
        return _address(" ".join(self.words_of(name)[:1]))

    def blocks(self, name: str) -> "tuple[_Block, ...]":
        """Return the blocks of that keyword."""
        return tuple(part if isinstance(part, _Block) else _of_statement(part) for keyword, part in self.parts if keyword == name)

    def everywhere(self) -> "Iterator[_Block]":
        """Return the block and all inside it."""
        yield self
        for _, part in self.parts:
            if isinstance(part, _Block) or part.body is not None:
                yield from (part if isinstance(part, _Block) else _of_statement(part)).everywhere()


def needs_of(reading: Reading) -> Needs:
    """Tell what the configuration needs from a machine."""
    top = _of_section(reading.section)
    globally = _Block((), top.span, tuple(part for block in top.blocks("global_defs") for part in block.parts))
    server, user = globally.lines("smtp_server"), globally.words_of("script_user")
    return Needs(
        file=next(iter(reading.texts), ""),
        errors=sum(each.severity == "error" for each in reading.diagnostics),
        instances=tuple(found for block in top.blocks("vrrp_instance") if (found := _instance(block, globally))),
        uses=reading.configuration.interface_uses,
        virtual_servers=tuple(map(_virtual_server, top.blocks("virtual_server"))),
        binds=tuple(_binds(top)),
        scripts=tuple(script for block in top.everywhere() for script in _scripts(block)),
        script_user=user[0] if user else None,
        secure=globally.has("enable_script_security"),
        synchronises=reading.configuration.lvs.lvs_sync_daemon is not None,
        smtp_server=(_texts(server[-1])[1], server[-1].span) if server and len(_texts(server[-1])) > 1 else None,
    )


def _instance(block: _Block, globally: _Block) -> Instance | None:
    interface = " ".join(block.words_of("interface")[:1])
    if not interface:
        return None
    addresses = tuple(_wanted(block, "virtual_ipaddress", interface))
    peers = tuple(address for line in block.lines("unicast_peer") if (address := _address(line.keyword)))
    decisive = [*peers, *(wanted.address for wanted in addresses)]
    family: Family = 6 if block.has("native_ipv6") else family_of(decisive[0]) if decisive else 4
    three = family == 6 or "3" in (block.words_of("version") or globally.words_of("vrrp_version"))
    authentication = [words for inner in block.blocks("authentication") for words in [inner.words_of("auth_type")]]
    group, default = ("vrrp_mcast_group4", VRRP_GROUP_V4) if family == 4 else ("vrrp_mcast_group6", VRRP_GROUP_V6)
    return Instance(
        name=" ".join(block.words) or "vrrp_instance",
        span=block.span,
        interface=interface,
        group=block.address_of("mcast_dst_ip") or globally.address_of(group) or default,
        family=family,
        version=3 if three else 2,
        addresses=(*addresses, *_wanted(block, "virtual_ipaddress_excluded", interface)),
        source=block.address_of("unicast_src_ip") or block.address_of("mcast_src_ip"),
        peers=peers,
        protocol=AH if ("AH",) in authentication and not three else VRRP,
        virtual_mac=bool(block.lines("use_vmac")),
        promotes=bool(block.lines("promote_secondaries")),
        timed=any(inner.lines("key") and inner.words_of("anti_replay") != ("monotonic",) for inner in block.blocks("auth_hmac")),
    )


def _wanted(block: _Block, name: str, interface: str) -> Iterator[Wanted]:
    for line in block.lines(name):
        host, _, length = line.keyword.partition("/")
        if address := _address(host):
            words = _texts(line)
            device = next((after for word, after in pairwise(words) if word == "dev"), interface)
            yield Wanted(address, int(length) if length.isdigit() and len(length) < 4 else len(address) * 8, device)


def _virtual_server(block: _Block) -> VirtualServer:
    address = _address(" ".join(block.words[:1]))
    kinds = [inner.words_of(name)[:1] for inner in (block, *block.blocks("real_server")) for name in ("lb_kind", "lvs_method")]
    given = [kind[0] for kind in kinds if kind]
    family: Family = family_of(address) if address else 6 if block.words_of("ip_family")[:1] == ("inet6",) else 4
    return VirtualServer(block.span, address, family, "NAT" in given or not given)


def _binds(top: _Block) -> Iterator[tuple[Address, Span]]:
    for block in top.everywhere():
        for line in block.lines("bindto"):
            if address := _address(" ".join(_texts(line)[1:2])):
                yield address, line.span


def _scripts(block: _Block) -> Iterator[Script]:
    for keyword, part in block.parts:
        if isinstance(part, _Block) or keyword not in _COMMANDS | _PROGRAMS or len(words := _texts(part)) < 2 or not words[1].split():
            continue
        user = words[2:3] if keyword in _COMMANDS else block.words_of("user")[:1]
        yield Script(words[1].split()[0], keyword, part.span, user[0] if user else None)


def _of_section(section: Section) -> _Block:
    parts = [(row.name, _part(found)) for row, several in section.given.items() for found in several]
    return _Block(tuple(str(section.label).split()), section.span, tuple(parts))


def _part(found: Any) -> "_Block | Statement":
    if isinstance(found, Section):
        return _of_section(found)
    statement = getattr(found, "statement", found)
    assert isinstance(statement, Statement)
    return statement


def _of_statement(statement: Statement) -> _Block:
    return _Block(_texts(statement)[1:], statement.span, tuple((inner.keyword, inner) for inner in statement.body or ()))


def _lines(statement: Statement) -> tuple[Statement, ...]:
    return (statement,) if statement.body is None else statement.body


def _texts(statement: Statement) -> tuple[str, ...]:
    return tuple(word.text for word in statement.words)


def _address(text: str) -> Address | None:
    try:
        return parse_address(text)
    except ValueError:
        return None
