"""iptables: the listing of ``iptables-save`` or ``ip6tables-save`` into rules (iptables(8), iptables-extensions(8))."""

import shlex
from collections.abc import Iterator
from typing import Literal

from attrs import field

from kaspec.doctor.firewall.fields import read_network, read_value
from kaspec.doctor.firewall.rules import Base, Chain, Condition, Hook, Jump, Origin, Rule, Test, Unclear, Verdict
from kaspec.frozen import define, evolve

_HOOKS: dict[str, Hook] = {"PREROUTING": "prerouting", "INPUT": "input", "OUTPUT": "output", "POSTROUTING": "postrouting"}
_PRIORITIES = {"raw": -300, "mangle": -150, "nat": -100, "filter": 0, "security": 50}
"""Where the kernel hooks each table in (linux/netfilter_ipv4.h)."""
_TARGETS: dict[str, Verdict] = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "drop", "RETURN": "return"}
_HARMLESS = {
    "LOG",
    "NFLOG",
    "ULOG",
    "MARK",
    "CONNMARK",
    "TRACE",
    "NOTRACK",
    "CHECKSUM",
    "SET",
    "AUDIT",
    "CLASSIFY",
    "SECMARK",
    "CONNSECMARK",
}
_TARGET_OPTIONS = {"-j", "-g", "--jump", "--goto"}


def read_iptables(text: str, family: Literal["ip", "ip6"], origin: Origin) -> tuple[Chain, ...]:
    """Read the listing; lines that are none of it are passed over."""
    chains: dict[tuple[str, str], Chain] = {}
    table = ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif line.startswith(":") and len(line.split()) > 1:
            name, policy, *_ = line[1:].split()
            chains[table, name] = Chain(origin, family, table, name, base=_base(table, name, policy))
        elif line.startswith("-A ") and (rule := _RuleReader.read(line, family)):
            key = (table, line.split()[1])
            if key in chains:
                chains[key] = evolve(chains[key], rules=(*chains[key].rules, rule))
    return tuple(chains.values())


def _base(table: str, name: str, policy: str) -> Base | None:
    if policy == "-" or name not in _HOOKS:
        return None
    return Base(_HOOKS[name], _PRIORITIES.get(table, 0), "drop" if policy == "DROP" else "accept")


@define
class _RuleReader:
    """Reads the options of one rule, each with its words."""

    family: Literal["ip", "ip6"]
    conditions: list[Condition] = field(factory=list)
    verdict: Verdict = "continue"
    untracks: bool = False

    @classmethod
    def read(cls, line: str, family: Literal["ip", "ip6"]) -> Rule | None:
        """Read ``-A CHAIN ...``."""
        try:
            words = shlex.split(line)[2:]
        except ValueError:
            return None
        reader = cls(family)
        for negated, option, given in _options(words):
            if option in _TARGET_OPTIONS:
                reader.target(option, given)
                break  # what follows are the target's own options
            reader.option(option, given, negated)
        reader.untracks |= "--notrack" in words or "NOTRACK" in words
        return Rule(tuple(reader.conditions), reader.verdict, line, reader.untracks)

    def target(self, option: str, given: list[str]) -> None:
        """Read ``-j TARGET`` or ``-g CHAIN``."""
        name = given[0] if given else ""
        if option in {"-g", "--goto"}:
            self.verdict = Jump(name, returns=False)
        elif name in _HARMLESS or name == "CT":
            self.verdict = "continue"
        elif name.isupper() and name not in _TARGETS and name in _ACTING:
            self.verdict = Unclear(name)
        else:
            self.verdict = _TARGETS.get(name, Jump(name))

    def option(self, option: str, given: list[str], negated: bool) -> None:
        """Read one option into a condition; one that is not known is unclear."""
        word = given[0] if given else ""
        match option:
            case "-m" | "--match" | "--comment":
                return
            case "-i" | "--in-interface" | "-o" | "--out-interface":
                name = "iifname" if option in {"-i", "--in-interface"} else "oifname"
                self.conditions.append(Test(name, (f"{word[:-1]}*" if word.endswith("+") else word,), negated))
            case "-s" | "--source" | "-d" | "--destination":
                network = read_network(word)
                name = f"{self.family} {'saddr' if option in {'-s', '--source'} else 'daddr'}"
                self.conditions.append(Test(name, (network,), negated) if network else Unclear(f"{option} {word}"))
            case "-p" | "--protocol":
                protocol = read_value("l4proto", word)
                if word not in {"all", "0"}:
                    self.conditions.append(Test("l4proto", (protocol,), negated) if protocol else Unclear(f"-p {word}"))
            case "--ctstate" | "--state":
                self.conditions.append(Test("ct state", tuple(word.lower().split(",")), negated))
            case "--pkt-type":
                self.conditions.append(Test("pkttype", ({"unicast": "host"}.get(word, word),), negated))
            case "--dst-type":
                self.conditions.append(Test("fib daddr type", tuple(word.lower().split(",")), negated))
            case "--ttl-eq" | "--ttl-lt" | "--ttl-gt" | "--hl-eq" | "--hl-lt" | "--hl-gt" if word.isdigit():
                number, name = int(word), "ip ttl" if self.family == "ip" else "ip6 hoplimit"
                wanted = {"eq": (number, number), "lt": (0, number - 1), "gt": (number + 1, 255)}[option[-2:]]
                self.conditions.append(Test(name, (wanted,), negated))
            case _:
                self.conditions.append(Unclear(" ".join([option, *given])))


_ACTING = {
    "QUEUE", "NFQUEUE", "DNAT", "SNAT", "MASQUERADE", "REDIRECT", "TPROXY", "TEE", "TTL", "HL", "TOS", "DSCP", "ECN", "NETMAP",
    "SYNPROXY", "HMARK", "IDLETIMER", "LED", "RATEEST", "TARPIT", "CLUSTERIP", "DNPT", "SNPT", "TCPMSS", "TCPOPTSTRIP", "STEAL",
}  # fmt: skip
"""Targets of extensions that may change a packet or its fate."""


def _options(words: list[str]) -> Iterator[tuple[bool, str, list[str]]]:
    """Group words into options: whether each is negated, its name, and what follows it up to the next one."""
    negated, at = False, 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "!":
            negated = True
            continue
        given = []
        while at < len(words) and words[at] != "!" and not (words[at].startswith("-") and len(words[at]) > 1):
            given.append(words[at])
            at += 1
        yield negated, word, given
        negated = False
