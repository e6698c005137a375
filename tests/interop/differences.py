"""Where keepalived's reading of a configuration and ours differ: every difference belongs to a class with a name and a reason."""

import re
from collections.abc import Callable, Iterator

from attrs import frozen

from kaspec.config.diagnostics import Diagnostic
from kaspec.config.keywords import TABLE

INACTIVE = frozenset({"K040", "K041", "K042", "K081"})
"""Codes that say no more than that this release does not act on something."""
BRACES = frozenset({"K001", "K004", "K005", "K006", "K007", "K008", "K009"})
"""Codes about the nesting of blocks."""
OF_THE_WHOLE = frozenset({"K020", "K021", "K022", "K023", "K045", "K050", "K054", "K130", "K134", "K181"})
"""Codes about a block as a whole, which keepalived tells of at its end or without a line."""

MISSING_PARAMETER = 2
"""The exit status of keepalived that lacks a parameter."""
PEER = (2, 2, 7)
"""The release of keepalived that we are compared with."""


def _newer(since: str) -> bool:
    """Tell whether a keyword came after that release, or is kaspec's own."""
    return since == "kaspec" or tuple(map(int, since.split("."))) > PEER


NEWER = frozenset(name for rows in TABLE.values() for name, row in rows.items() if _newer(row.description.since)) | {"nat_mask"}
"""Keywords that it does not have, or no more, at least in some block."""


@frozen
class Complaint:
    """A message of keepalived's; ``line`` is 0 if it names none."""

    line: int
    text: str


@frozen
class Verdict:
    """What ``keepalived -t`` said of a file; a negative status is the signal that killed it."""

    status: int
    complaints: tuple[Complaint, ...]


@frozen
class Case:
    """A file as both read it."""

    text: str
    theirs: Verdict
    ours: tuple[Diagnostic, ...]

    @property
    def told(self) -> frozenset[int]:
        """The lines of which we say more than that they have no effect."""
        return frozenset(each.span.line for each in self.ours if each.code not in INACTIVE)

    @property
    def braces(self) -> bool:
        """Whether we found the nesting of blocks wrong."""
        return any(each.code in BRACES for each in self.ours)

    def lines_with(self, code: str) -> frozenset[int]:
        """Return the lines of which we say that."""
        return frozenset(each.span.line for each in self.ours if each.code == code)

    def keyword(self, line: int) -> str:
        """Return the first word of a line."""
        return (self.text.split("\n")[line - 1].split() or [""])[0]

    @property
    def newer(self) -> frozenset[int]:
        """The lines of keywords that keepalived 2.2.7 does not have, whole blocks included."""
        lines = self.text.split("\n")
        return frozenset(
            line for number, text in enumerate(lines, 1) if text.split()[:1] and text.split()[0] in NEWER for line in _extent(lines, number)
        )

    @property
    def skipped(self) -> frozenset[int]:
        """The lines inside blocks whose head keepalived complains of."""
        lines = self.text.split("\n")
        heads = {each.line for each in self.theirs.complaints if 0 < each.line <= len(lines)}
        return frozenset(line for head in heads if "{" in lines[head - 1] for line in _extent(lines, head))

    @property
    def first_unknown_block(self) -> int:
        """The line of the first block that we, or keepalived 2.2.7, do not know; a large number if there is none."""
        unknown = self.newer | self.lines_with("K010") | self.lines_with("K011")
        return min((number for number in unknown if "{" in self.text.split("\n")[number - 1]), default=1 << 30)


def _extent(lines: list[str], first: int) -> range:
    """Return the lines of the statement that begins at ``first``, counted from 1."""
    depth = 0
    for number in range(first, len(lines) + 1):
        depth += lines[number - 1].count("{") - lines[number - 1].count("}")
        if depth <= 0:
            return range(first, number + 1)
    return range(first, len(lines) + 1)


@frozen
class Class:
    """A class of differences: its name, why it is as it is, and what belongs to it."""

    name: str
    reason: str
    holds: Callable[[Case, Complaint | Diagnostic], bool]


def _says(*patterns: str) -> Callable[[Case, Complaint | Diagnostic], bool]:
    wanted = re.compile("|".join(patterns))
    return lambda _, what: isinstance(what, Complaint) and bool(wanted.search(what.text))


def _codes(*codes: str) -> Callable[[Case, Complaint | Diagnostic], bool]:
    return lambda _, what: isinstance(what, Diagnostic) and what.code in codes


_OF_SERVICES = _says(
    r"has no urls specified|url has no path|No name has been specified for BFD_CHECKER|No script path has been specified",
    r"FILE_CHECK has no track_file|^track_file \S+ not found|hysteresis|one packet scheduling|only applies to sh scheduler|no entries",
    r"sorry_server inhibit used before|does not match address family of connect_ip|protocol specified for fwmark|BFD_CHECK - BFD",
    r"no forwarding method set|no scheduler set|is duplicated|will always fail|conflicts with server family",
    r"Address family of virtual server and|exceeds total weight of real servers|no protocol set|Invalid IPv4 persistence_granularity",
)
_LEFT_OUT = _says(r"duplicate track_interface|No script set for")
_HUGE = re.compile(r"[0-9]{10,}")
_PASSED_OVER = frozenset({
    "regex_options", "regex_max_offset", "regex_min_offset", "warmup", "log_unknown_vrids", "default_interface", "vmac_addr_prefix",
    "vmac_prefix", "persistence_engine", "lvs_netlink_monitor_rcv_bufs", "lvs_netlink_cmd_rcv_bufs", "vrrp_netlink_monitor_rcv_bufs",
    "vrrp_netlink_cmd_rcv_bufs", "process_monitor_rcv_bufs", "regex_stack", "delay_before_retry", "persistence_granularity", "gna_interval",
    "garp_interval", "kernel_rx_buf_size", "vrrp_rx_bufs_policy",
})  # fmt: skip


def _defined_below(case: Case, what: Complaint) -> bool:
    found = re.search(r"track script (\S+) not found", what.text)
    return found is not None and f"vrrp_script {found[1]} " in "\n".join(case.text.split("\n")[what.line :])


def _not_looked_at(case: Case, what: Diagnostic) -> bool:
    huge = what.code == "K015" and bool(_HUGE.search(what.message.partition(" is outside")[0]))
    plain = any(words in what.message for words in ("neither true nor false", "is not a prefix length"))
    return huge or plain or case.keyword(what.span.line) in _PASSED_OVER


def _of_a_nexthop(case: Case, what: Complaint) -> bool:
    """Keepalived says of a route's second interface that it is not there, and once more of the whole file that one is not."""
    named = _says("VROUTE nexthop doesn't exist")
    return named(case, what) or (
        what.text.startswith("Non-existent interface specified") and any(named(case, each) for each in case.theirs.complaints)
    )


CLASSES = (
    Class(
        "keepalived crashes",
        "It dies of a signal, after some message or none. We go on and tell everything.",
        lambda case, _: case.theirs.status < 0,
    ),
    Class(
        "keepalived stops at the first missing argument",
        "It exits with status 2 there, so what is wrong further on is told by us alone.",
        lambda case, what: case.theirs.status == MISSING_PARAMETER and isinstance(what, Diagnostic),
    ),
    Class(
        "braces",
        "Once a brace is wrong each goes on in its own way; we say where the block begins that is not closed, keepalived counts braces.",
        lambda case, _: case.braces,
    ),
    Class(
        "newer than keepalived 2.2.7",
        "Our table has the keywords of keepalived 2.4; to the peer they are unknown, and so is what stands in their blocks.",
        lambda case, what: isinstance(what, Complaint) and what.line in case.newer,
    ),
    Class(
        "not in Debian's keepalived",
        "It is built without iptables, and so without the sets that go with it.",
        _says(r"Unknown keyword 'vrrp_ipsets'"),
    ),
    Class(
        "inside and after a block that is unknown",
        "keepalived takes the lines of the block, and its closing brace, for those of the block around it; we pass over the block.",
        lambda case, what: (
            isinstance(what, Complaint) and what.line > case.first_unknown_block and _says("^Un(known|expected)|^Extra")(case, what)
        ),
    ),
    Class(
        "a block whose head is wrong",
        "keepalived skips such a block without looking; we read it, so that all of its mistakes are told at once.",
        lambda case, what: isinstance(what, Diagnostic) and what.span.line in case.skipped,
    ),
    Class(
        "what keywords of virtual servers mean together",
        "This release reads these keywords without effect: each one's argument is judged, not yet what they mean together.",
        _OF_SERVICES,
    ),
    Class(
        "deprecated",
        "keepalived takes it and says that another keyword has taken its place; we take it as it does.",
        _says(r"deprecated|iptables not supported, using nftables", r"^ +Please use global lvs_sync_daemon"),
    ),
    Class(
        "optional by now",
        "An argument that keepalived 2.2.7 exits without may be left out in later releases, which our table follows.",
        _says(r"is missing a parameter after keyword `(\w+_)?process_name`"),
    ),
    Class(
        "scripts and their user",
        "Whether a user exists and scripts are safe depends on the machine, not on the text: kaspec doctor tells.",
        _says(r"SECURITY VIOLATION|default user|set uid/gid|global script uid/gid|Invalid (startup|shutdown) script"),
    ),
    Class(
        "defined further down",
        "keepalived finds only scripts that are defined above the instance that tracks them; we find them wherever they stand.",
        lambda case, what: isinstance(what, Complaint) and _defined_below(case, what),
    ),
    Class(
        "processors",
        "Which processors there are depends on the machine too.",
        lambda case, what: isinstance(what, Complaint) and case.keyword(what.line).endswith("_cpu_affinity"),
    ),
    Class(
        "links are not polled",
        "linkbeat_interfaces has no effect, so its interfaces need not exist.",
        _says(r"specified for linkbeat interface"),
    ),
    Class(
        "vrf has no effect",
        "keepalived refuses it beside interface; we tell that it has no effect.",
        _says(r"VRF interface and interface"),
    ),
    Class(
        "an ipvlan without an address",
        "keepalived wants mcast_src_ip there and is at fault without; we take the address of the instance's interface, as without one.",
        _says(r"ipvlan requires a source ip"),
    ),
    Class(
        "parts of a second",
        "keepalived 2.2.7 counts interval and timeout of a script in whole seconds; later releases, and we, take parts of one too.",
        lambda case, what: (
            isinstance(what, Complaint)
            and case.keyword(what.line) in {"interval", "timeout"}
            and _says("^invalid number|vrrp script")(case, what)
        ),
    ),
    Class(
        "unicast without a peer",
        "A keyword of unicast makes keepalived send from below the virtual interface, though it multicasts without a peer; we do not.",
        lambda case, what: "unicast_peer" not in case.text and _says(r"unicast with use_vmac requires vmac_xmit_base")(case, what),
    ),
    Class(
        "a name with a colon",
        "keepalived takes a word with a colon for a MAC address and ignores it; we take it for the interface's name.",
        _says(r"VMAC invalid MAC"),
    ),
    Class(
        "the mail server's name",
        "keepalived looks the name up while it reads, and refuses the file where there is no network. kaspec doctor --resolve looks it up.",
        _says(r"^Invalid smtp server"),
    ),
    Class(
        "routes are not tracked",
        "keepalived says that a route without an interface cannot be tracked; there is nothing to track then, and we say nothing.",
        _says(r"cannot track route"),
    ),
    Class(
        "no time to connect",
        "keepalived makes 1 second of smtp_connect_timeout 0, and says so; we take what is written.",
        _says(r"^smtp_con+ect_timeout must be greater than 0"),
    ),
    Class(
        "nothing in it",
        "keepalived says that a block is empty; nothing is lost where nothing was given.",
        _says(r"empty notification_email block"),
    ),
    Class(
        "a password that is not used",
        "keepalived says that it is long; we say that a later one counts, or that there is no authentication.",
        lambda case, what: (
            isinstance(what, Complaint)
            and (case.text.count("auth_pass ") > 1 or bool(case.lines_with("K035") | case.lines_with("K040")))
            and _says("^Truncating auth_pass")(case, what)
        ),
    ),
    Class(
        "told of the block",
        "We tell it at the head of the block or at the keyword; keepalived at the end, without a line, or for the line after.",
        lambda case, what: (
            any(each.code in OF_THE_WHOLE for each in case.ours)
            if isinstance(what, Complaint)
            else what.code in OF_THE_WHOLE and bool(case.theirs.complaints)
        ),
    ),
    Class(
        "a missing argument that keepalived passes over",
        "A keyword without its argument has no effect there, without a word; it cannot be what was meant.",
        _codes("K012"),
    ),
    Class(
        "an argument that keepalived does not look at",
        "It stores the word, or as much of it as is a number, or passes over it; what cannot work is an error here.",
        lambda case, what: isinstance(what, Diagnostic) and what.code in {"K014", "K015"} and _not_looked_at(case, what),
    ),
    Class(
        "left out already",
        "A line that we refuse is not there, so a later one is no duplicate of it; keepalived took part of it.",
        lambda case, what: bool(case.lines_with("K012") | case.lines_with("K014")) and _LEFT_OUT(case, what),
    ),
    Class(
        "off by zero",
        "keepalived refuses 0 for vrrp_garp_extra_if and its old name, though that is the default; we take it as off.",
        lambda case, what: isinstance(what, Complaint) and case.keyword(what.line) in {"vrrp_vmac_garp_intvl", "vrrp_garp_extra_if"},
    ),
    Class(
        "an option given twice",
        "Of an option that stands twice in a line keepalived tells in addresses and use_vmac, we tell of a weight.",
        lambda case, what: (
            what.code == "K014" and "weight" in what.message
            if isinstance(what, Diagnostic)
            else _says("interface (name )?already|more than once")(case, what) or _of_a_nexthop(case, what)
        ),
    ),
    Class(
        "no time to run",
        "keepalived takes a misc_timeout of 0, and ends the program as soon as it runs; we refuse it.",
        lambda case, what: isinstance(what, Diagnostic) and what.code == "K015" and case.keyword(what.span.line) == "misc_timeout",
    ),
)
"""Every class, in the order in which they are tried."""


def differences(case: Case) -> Iterator[tuple[Complaint | Diagnostic, Class | None]]:
    """Yield what one tells and the other does not, each with its class; ``None`` if there is no reason for it."""
    theirs = {complaint.line for complaint in case.theirs.complaints}
    for complaint in case.theirs.complaints:
        if complaint.line not in case.told and not (complaint.line == 0 and case.told):
            yield complaint, _class_of(case, complaint)
    if case.theirs.status < 0 and not case.theirs.complaints:
        yield Complaint(0, "(no message)"), _class_of(case, Complaint(0, ""))
    for diagnostic in case.ours:
        if diagnostic.severity == "error" and diagnostic.span.line not in theirs:
            yield diagnostic, _class_of(case, diagnostic)


def _class_of(case: Case, what: Complaint | Diagnostic) -> Class | None:
    return next((each for each in CLASSES if each.holds(case, what)), None)


_PLACED = re.compile(r"\((?:[^()]*: )?Line (\d+)\) ?(.*)")


def read_complaints(output: str) -> tuple[Complaint, ...]:
    """Read keepalived's output; its three processes read the file one after the other and repeat themselves."""
    found = []
    for line in output.splitlines():
        placed = _PLACED.match(line)
        found.append(Complaint(int(placed.group(1)), placed.group(2)) if placed else Complaint(0, line))
    return tuple(dict.fromkeys(complaint for complaint in found if complaint.text.strip()))
