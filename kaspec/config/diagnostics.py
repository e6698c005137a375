"""Diagnostics: what is wrong with a configuration, where, and what to do.

Every kind of problem has a stable code, listed in ``KINDS`` in the order in which reading can meet it.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal
from unicodedata import east_asian_width

from kaspec.config.source import Span
from kaspec.frozen import frozen

Severity = Literal["error", "warning", "notice"]


@frozen
class Diagnostic:
    """One problem: an ``error`` is refused, a ``warning`` is mended and told, a ``notice`` is only told.

    ``related`` are the other places that have to do with it, each with what is there.
    """

    severity: Severity
    code: str
    message: str
    span: Span
    hint: str = ""
    related: tuple[tuple[Span, str], ...] = ()


@frozen
class Kind:
    """A kind of problem: its code, its severity and what it means."""

    code: str
    severity: Severity
    meaning: str

    def at(self, span: Span, message: str, hint: str = "", related: tuple[tuple[Span, str], ...] = ()) -> Diagnostic:
        """Make a diagnostic of this kind."""
        return Diagnostic(self.severity, self.code, message, span, hint, related)


KINDS: dict[str, Kind] = {}
"""Every kind of problem by its code."""


def _kind(code: str, severity: Severity, meaning: str) -> Kind:
    assert code not in KINDS, code
    return KINDS.setdefault(code, Kind(code, severity, meaning))


# The text.
UNMATCHED_QUOTE = _kind("K001", "error", "A double quote has no partner on its line.")
LINE_IGNORED = _kind("K002", "error", "A line is too long (over 1024 bytes) or holds a NUL: keepalived ignores it.")
EXOTIC_BLANK = _kind("K017", "warning", "A blank that is not ASCII, such as a no-break space from a web page.")

# Blocks.
EXTRA_CLOSE = _kind("K004", "error", "A '}' closes nothing.")
MISSING_CLOSE = _kind("K005", "error", "A block is never closed.")
STRAY_OPEN = _kind("K006", "error", "A '{' opens a block that no keyword names.")
NO_BLOCK_WANTED = _kind("K007", "error", "A keyword that has no block is followed by one.")
BLOCK_WANTED = _kind("K008", "error", "A block keyword is not followed by its block.")
TOO_DEEP = _kind("K009", "error", "Blocks are nested deeper than any configuration is.")

# Keywords and arguments.
UNKNOWN_KEYWORD = _kind("K010", "error", "No such keyword.")
MISPLACED_KEYWORD = _kind("K011", "error", "The keyword exists, but not in this block.")
MISSING_ARGUMENT = _kind("K012", "error", "The keyword needs an argument.")
EXTRA_WORDS = _kind("K013", "warning", "Words after a complete statement are ignored.")
MALFORMED = _kind("K014", "error", "An argument is not of the form the keyword takes.")
OUT_OF_RANGE = _kind("K015", "error", "A number is outside its range.")
REPEATED = _kind("K016", "warning", "A setting is given more than once; the last one counts.")

# What an instance means.
MISSING_SETTING = _kind("K020", "error", "An instance lacks a setting it cannot do without.")
DUPLICATE_NAME = _kind("K021", "error", "Two instances, or two sync groups, have the same name.")
DUPLICATE_ROUTER = _kind("K022", "error", "Two instances have the same virtual_router_id on one interface.")
NO_ADDRESS = _kind("K023", "warning", "An instance has no virtual address.")
DUPLICATE_ADDRESS = _kind("K024", "warning", "A virtual address is given twice.")

# Rewrites: what keepalived does with settings that do not go together.
OWNER_BY_STATE = _kind("K030", "warning", "state MASTER without a priority means priority 255, the address owner.")
NOPREEMPT_CLEARED = _kind("K031", "warning", "nopreempt has no effect on an initial master or an address owner.")
PREEMPT_DELAY_CLEARED = _kind("K032", "warning", "preempt_delay has no effect on an initial master or with nopreempt.")
INTERVAL_ROUNDED = _kind("K033", "warning", "VRRP version 2 advertises in whole seconds, version 3 in steps of 10 ms up to 40.95 s.")
PASSWORD_CUT = _kind("K034", "warning", "Only the first eight bytes of a password count.")
AUTHENTICATION_INCOMPLETE = _kind("K035", "warning", "auth_type and auth_pass only work together.")
OWN_INTERFACE_TRACKED = _kind("K036", "warning", "An instance's own interface is tracked anyway.")
DUPLICATE_TRACK = _kind("K037", "warning", "An interface is tracked twice; the first one counts.")
LABEL_ELSEWHERE = _kind("K038", "warning", "A label should begin with the name of its interface.")
OWNER_WEIGHTED = _kind("K039", "warning", "A tracked interface with a weight has no effect on an address owner.")
VERSION_RAISED = _kind("K044", "warning", "IPv6 needs VRRP version 3, whatever version is given.")
FAMILIES_MIXED = _kind("K045", "error", "An instance has addresses of both families; it speaks one.")
AUTHENTICATION_IGNORED = _kind("K046", "warning", "VRRP version 3 has no authentication.")
VIRTUAL_INTERFACE = _kind("K048", "warning", "A virtual interface is not made just as it is asked for.")
RULE_NUMBERED = _kind("K070", "warning", "A rule without a preference is given one, downwards from 16384.")
ADDRESSES_MOVED = _kind("K071", "warning", "More virtual addresses than an advertisement carries; the rest are excluded.")
OPTION_IDLE = _kind("K072", "warning", "An option that changes nothing where it stands.")
IPV4_ONLY = _kind("K047", "warning", "An IPv6 address has an option that only IPv4 has.")

# What a bfd_instance means.
BFD_DUPLICATE = _kind("K180", "error", "Two bfd_instances have the same neighbor.")
BFD_FAMILIES = _kind("K181", "error", "The ends of a bfd_instance are of different families.")
BFD_UNUSUAL = _kind("K182", "warning", "A timer of a bfd_instance is longer than makes sense.")
BFD_HOPS = _kind("K183", "warning", "max_hops of a bfd_instance lets everything or nothing through.")
BFD_NOT_TOLD = _kind("K184", "warning", "A bfd_instance that tells only the checker is tracked by VRRP.")

# What a checker means.
CHECKER_FAMILIES = _kind("K190", "error", "A checker connects from an address of one family to one of the other.")
CHECKER_HOPELESS = _kind("K191", "error", "A checker that can never succeed: its regular expression, or the name it asks for, is none.")

# Not active yet.
STATE_CLEARED = _kind("K051", "warning", "auth_type AH begins as BACKUP.")
KEY_UNUSABLE = _kind("K052", "error", "A key of auth_hmac cannot be used.")
PEER_TWICE = _kind("K053", "warning", "A unicast_peer is given twice.")
TRANSPORT_UNUSED = _kind("K054", "warning", "A setting of unicast in an instance that multicasts, or the other way round.")
KEYWORD_INACTIVE = _kind("K040", "warning", "keepalived has this keyword; this release reads it without effect.")
LVS_INACTIVE = _kind("K041", "notice", "LVS blocks are read, but this release does not act on them.")

# Expansion.
INCLUDE_MISSING = _kind("K060", "error", "A file that an include must find, by its letter or include_check, is missing or unreadable.")
INCLUDE_SKIPPED = _kind("K061", "warning", "A file that an include names is missing or unreadable; keepalived goes on without it.")
INCLUDE_COMPUTED = _kind("K062", "warning", "An include is made by a condition, a definition or a generator, which keepalived reads twice.")
INCLUDE_NOT_FOLLOWED = _kind("K063", "error", "An include in a text that stands alone, such as a trace's.")
MALFORMED_DEFINITION = _kind("K064", "error", "A definition is not of the form $NAME=VALUE.")
MALFORMED_GENERATOR = _kind("K065", "error", "A ~SEQ or ~LST is not of the form it must have.")
UNDEFINED = _kind("K066", "warning", "A reference to something that is not defined, or not yet, or cannot be replaced there.")
ENDLESS = _kind("K067", "error", "A definition or an included file contains itself.")
TOO_MUCH = _kind("K068", "error", "More lines, by expansion, or more mistakes than any configuration has.")
RANDOM_RANGE = _kind("K069", "error", "The bounds of ${_RANDOM} are the wrong way round.")

# The keyword table.
BLOCK_INACTIVE = _kind("K080", "notice", "keepalived has this block; this release reads it without effect.")
NEEDLESS = _kind("K081", "notice", "A keyword is accepted without effect, and nothing is missed.")

# The machine.
NO_SUCH_INTERFACE = _kind("K050", "error", "The configuration names an interface that does not exist.")
SCRIPT_USER_MISSING = _kind("K090", "error", "A script's user or group does not exist.")
SCRIPT_UNUSABLE = _kind("K091", "error", "A script does not exist or cannot be executed.")
SCRIPT_REFUSED = _kind("K092", "error", "Others than root can change what root is to run, which enable_script_security forbids.")
SCRIPT_INSECURE = _kind("K093", "warning", "Others than root can change what root is to run.")
SCRIPTS_AS_ROOT = _kind("K094", "notice", "A script runs as root without enable_script_security.")

# Traps: configurations that can be read, and do not do what was meant (kaspec.config.lint).
ADDRESS_SHARED = _kind("K100", "warning", "Two instances have the same virtual address.")
ADDRESS_STATIC = _kind("K101", "warning", "A virtual address is also a static address, which stays while another router is Master.")
ADDRESS_UNUSABLE = _kind("K102", "warning", "A virtual address is one that no host can have.")
ADDRESS_IS_SOURCE = _kind("K103", "warning", "A virtual address is also the address that advertisements come from.")
ADDRESS_ELSEWHERE = _kind("K104", "notice", "A virtual address is not in the network that the instance's own address is in.")
WEIGHT_LOST = _kind("K105", "warning", "A weight has no effect, for priorities stay within 1..254.")
MAIL_NOWHERE = _kind("K106", "warning", "Mail is asked for, but smtp_server or notification_email is missing.")
MAIL_ADDRESS = _kind("K107", "warning", "A mail address has no '@'.")
GROUP_ALONE = _kind("K108", "warning", "A sync group has no two members, so there is nothing to keep together.")
GROUP_MEMBER_UNKNOWN = _kind("K109", "warning", "A sync group names an instance that does not exist.")
GROUP_MEMBER_TWICE = _kind("K110", "warning", "An instance is in two sync groups.")
GROUP_WEIGHT = _kind("K042", "warning", "A weight does not count in a member of a sync group.")
GROUP_INTERVALS = _kind("K111", "warning", "Members of a sync group advertise at different intervals.")
TRACKED_UNDEFINED = _kind("K112", "warning", "Something is tracked that is not defined.")
NEVER_TRACKED = _kind("K113", "notice", "A script, file, process or BFD session is defined and nothing tracks it.")
UNICAST_NO_SOURCE = _kind("K114", "warning", "unicast_peer without unicast_src_ip: the source address is the kernel's choice of the day.")
UNICAST_SELF = _kind("K115", "warning", "An instance is its own unicast peer.")
UNICAST_NO_PEER = _kind("K116", "warning", "unicast_src_ip without a peer: the instance multicasts.")
STRICT_CONFLICT = _kind("K117", "warning", "Strict mode does not go together with a setting, or changes more than its name says.")
STRICT_ADDRESS = _kind("K055", "error", "In strict mode the first IPv6 address must be link-local.")
DEPRECATED = _kind("K118", "notice", "A keyword has a newer name.")
PROTOCOL_MISSING = _kind("K120", "warning", "A virtual server without protocol serves UDP.")
SCHEDULER_MISSING = _kind("K121", "notice", "A virtual server without lb_algo schedules by wlc.")
SERVICE_TWICE = _kind("K122", "warning", "A virtual server is defined twice.")
SERVER_TWICE = _kind("K123", "warning", "A real server is given twice in one virtual server.")
SERVER_IS_SERVICE = _kind("K124", "warning", "A real server has the address of its virtual server.")
PORT_DIFFERS = _kind("K125", "warning", "Direct routing and tunnels cannot change the port.")
QUORUM_BEYOND = _kind("K126", "warning", "The quorum is more than all real servers weigh together.")
HYSTERESIS_BEYOND = _kind("K127", "warning", "The hysteresis is not less than the quorum.")
FIRST_NOT_LINK_LOCAL = _kind("K129", "warning", "The first virtual IPv6 address is not link-local.")
PACE_MISSING = _kind("K130", "warning", "A garp_group has no interval, or no interface to pace.")
BASE_UNASKED = _kind("K131", "notice", "vmac_xmit_base in an instance without a virtual interface.")
GROUP_PRIORITIES = _kind("K132", "notice", "Members of a sync group have different priorities.")
SCRIPT_RELATIVE = _kind("K133", "warning", "A script is named by a path that is not absolute.")
SYNC_DAEMON_IDLE = _kind("K134", "warning", "lvs_sync_daemon goes with no instance that there is.")
DEFINED_BELOW = _kind("K135", "notice", "Something is tracked above the block that defines it, where keepalived does not find it.")
ENGINE_IDLE = _kind("K136", "warning", "A persistence engine without persistence does nothing.")
SERVER_UNCHECKED = _kind("K128", "notice", "A real server has no checker, so it stays in service when it is dead.")

# Two routers that are to be one: what a comparison of their files tells (kaspec.config.compare).
PEER_ROUTER_ID = _kind("K150", "error", "Peers have different virtual_router_ids.")
PEER_VERSION = _kind("K151", "error", "Peers speak different versions of VRRP.")
PEER_AUTHENTICATION = _kind("K152", "error", "Peers authenticate differently.")
PEER_ADDRESSES = _kind("K153", "error", "Peers have different virtual addresses.")
PEER_INTERVAL = _kind("K154", "error", "Peers advertise at different intervals, which version 2 does not allow.")
PEER_INTERVAL_LEARNT = _kind("K155", "warning", "Peers advertise at different intervals; version 3 goes by the Master's.")
PEER_SOURCE = _kind("K156", "error", "Peers have the same address of their own.")
PEER_PRIORITY = _kind("K157", "notice", "Peers have the same priority: the higher address decides.")
PEER_OWNERS = _kind("K158", "error", "Peers both own the virtual addresses.")
PEER_STATE = _kind("K159", "warning", "Peers both begin as MASTER.")
PEER_PREEMPTION = _kind("K160", "notice", "nopreempt stands only where it changes nothing.")
PEER_MISSING = _kind("K161", "warning", "An instance has no counterpart in the peer's file.")
PEER_NAME = _kind("K162", "notice", "Peers have the same router_id, so their mails look alike.")
PEER_WEIGHTS = _kind("K163", "warning", "Tracking can never hand over to the peer: all weights together are less than the lead.")
PEER_TRANSPORT = _kind("K164", "error", "One peer unicasts, the other multicasts.")
PEER_NOT_LISTED = _kind("K165", "error", "A router is not among its peer's unicast_peer.")
PEER_CHECKSUM = _kind("K167", "warning", "Peers compute the checksum of version 3 packets differently.")
PEER_HMAC = _kind("K168", "error", "Peers cannot verify each other's auth_hmac trailers.")
PEER_SYNC_GROUP = _kind("K169", "warning", "Members of a sync group prefer different routers.")
PEER_GROUP = _kind("K166", "error", "Peers multicast to different groups.")


Role = Severity | Literal["hint"]
Paint = Callable[[str, Role], str]
"""Colours a text by its role."""


def unpainted(text: str, role: Role) -> str:  # noqa: ARG001
    """Colour nothing."""
    return text


def render_diagnostic(diagnostic: Diagnostic, texts: Mapping[str, str], paint: Paint = unpainted) -> str:
    """Write ``file:line:column: severity: message [code]``, the line it is about, a caret under the place, and the hint.

    Between them stands how the text came to be read if it was included, expanded or generated; then follow the related places.
    ``texts`` holds each file by its name.
    A long line is shown around the place only; characters that would move the cursor are shown as blanks.
    """
    severity = diagnostic.severity
    place, told = f"{diagnostic.span}: ", f": {diagnostic.message} [{diagnostic.code}]"
    rows = [_visible(place) + paint(severity, severity) + _visible(told), *_excerpt(diagnostic.span, texts, severity, paint)]
    chain = diagnostic.span.chain
    rows += [f"{'':5} : {_visible(str(origin))}" for origin in chain[:SHOWN_ORIGINS]]
    if len(chain) > SHOWN_ORIGINS:
        rows.append(f"{'':5} : and {len(chain) - SHOWN_ORIGINS} more")
    if diagnostic.hint:
        rows.append(paint(f"{'':5} = {_visible(diagnostic.hint)}", "hint"))
    for span, what in diagnostic.related:
        rows += [_visible(f"  {span}: {what}"), *_excerpt(span, texts, "hint", paint)]
    return "\n".join(rows)


def _excerpt(span: Span, texts: Mapping[str, str], role: Role, paint: Paint) -> list[str]:
    """Return the line that the span is about, and a caret under the place."""
    lines = _lines(texts.get(span.file, ""))
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    start, end = span.column - 1, max(span.end - 1, span.column)
    first = max(start - SHOWN // 2, 0) if len(line) > SHOWN else 0
    shown = _visible(line[first : first + SHOWN]).rstrip()
    margin, caret = _width(line[first:start]), max(_width(line[start : min(end, first + SHOWN)]), 1)
    return [f"{span.line:>5} | {shown}", f"{'':5} | {' ' * margin}{paint('^' * caret, role)}"]


@lru_cache(maxsize=4)
def _lines(text: str) -> tuple[str, ...]:
    """Split a text into its lines, once for all that is told of it."""
    return tuple(text.split("\n"))


SHOWN_ORIGINS = 6
"""How many steps of how the text came to be read are shown."""

SHOWN = 160
"""How many characters of a line are shown."""


def _visible(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _width(text: str) -> int:
    """How many columns of a terminal the text takes: East Asian wide characters take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def has_errors(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Tell whether any of them is an error."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)
