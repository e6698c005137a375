"""What a trace says, as values: routers, a timeline of stimuli, and what must be seen after each (docs/trace-language.md).

Instants are microseconds from the trace's beginning.  ``line`` fields are for reports and take no part in equality, so that writing and
parsing a trace gives the same value back.  Comments are kept: ``comments`` stand on lines before an element, ``note`` behind it.
"""

from typing import Literal

from attrs import field

from kaspec.address import Address
from kaspec.frozen import frozen
from kaspec.rules import Rule
from kaspec.trace.held import HandlesRoutes, HandlesRules, Loses
from kaspec.tracking import Finding, Tracker
from kaspec.units import Instant
from kaspec.vrrp.router import ProfileName
from kaspec.wire.checksum import ChecksumForm

Comments = tuple[str, ...]
Polarity = Literal["holds", "violated"]
StateWord = Literal["init", "backup", "master", "fault"]


@frozen
class Subject:
    """Who acts: a router, or one of its virtual routers (``a/VI_2``); several only in a recorded ``deadline``."""

    router: str
    instances: tuple[str, ...] = ()


@frozen
class AdvertFields:
    """What a trace says of an advertisement; ``None`` is what the virtual router at hand would have sent itself.

    ``interval`` is the number on the wire: seconds in version 2, centiseconds in version 3, whose four ``reserved`` bits precede it.
    ``auth_data`` is exactly eight bytes.  ``message`` replaces the whole VRRP message; ``truncated`` bytes are cut off its end,
    ``trailing`` ones added.  ``checksum`` "wrong" is one bit off the right one; a form is right for those who compute it so.
    """

    source: Address | None = None
    destination: Address | None = None
    ttl: int | None = None
    protocol: int | None = None
    version: int | None = None
    type: int | None = None
    vrid: int | None = None
    priority: int | None = None
    count: int | None = None
    auth_type: int | None = None
    interval: int | None = None
    reserved: int | None = None
    addresses: tuple[Address, ...] | None = None
    auth_data: bytes | None = None
    checksum: int | Literal["wrong"] | ChecksumForm | None = None
    truncated: int | None = None
    trailing: bytes | None = None
    message: bytes | None = None


@frozen
class Configuration:
    """A configuration in keepalived's syntax, its common indentation taken off; it began at ``line`` and ``margin`` of the trace."""

    text: str = ""
    line: int = field(default=0, eq=False)
    margin: int = field(default=0, eq=False)


# Stimuli.


@frozen
class Starts:
    """``a startup``: every virtual router of ``a`` gets Startup."""


@frozen
class Stops:
    """``a shutdown``: every virtual router of ``a`` gets Shutdown."""


@frozen
class Crashes:
    """``a crash``: ``a`` loses its state without a word, as by SIGKILL or a power cut."""


@frozen
class Deadline:
    """``a deadline``: the deadlines due now are reached; of the named virtual routers, or of all that are due."""


@frozen
class ReceivesAdvert:
    """``a receives advert from 192.0.2.1 ...``: an advertisement, made from the receiver's own configuration and ``fields``.

    With ``sender`` (``b receives advert of a``) it starts from the last one the sender sent.  ``interface`` defaults to the receiver's.
    """

    fields: AdvertFields
    sender: Subject | None = None
    interface: str | None = None


@frozen
class ReceivesDatagram:
    """``a receives datagram 45c0...``: the bytes of a whole IP datagram."""

    datagram: bytes
    interface: str | None = None


@frozen
class LinkIs:
    """``a link eth0 down``: the kernel reports an interface; ``addresses`` ``None`` leaves them as they are."""

    interface: str
    state: Literal["up", "down", "gone"]
    addresses: tuple[Address, ...] | None = None


@frozen
class AddressesAre:
    """``a addresses 192.0.2.2 on eth0``: the interface now has these addresses; whether it is up stays as it is."""

    interface: str
    addresses: tuple[Address, ...]


@frozen
class Reports:
    """``a script chk fails``, ``a file load reads 5``: what is tracked was found so; ``None`` (``unknown``) is not known any more."""

    tracker: Tracker
    finding: Finding | None


@frozen
class ClockIs:
    """``a clock 1795368127.077049``: the wall clock of ``a`` now shows so many seconds since 1970 (here microseconds)."""

    wall: Instant


@frozen
class Reloads:
    """``a reload`` and an indented configuration: it replaces the old one."""

    configuration: Configuration = Configuration()


Stimulus = (
    Starts | Stops | Crashes | Deadline | ReceivesAdvert | ReceivesDatagram | LinkIs | AddressesAre | Reports | ClockIs | Loses | Reloads
)


# Expectations.


@frozen
class Sends:
    """``sends advert ...``: exactly the router's own advertisement but for ``fields``."""

    fields: AdvertFields = AdvertFields()


@frozen
class Installs:
    """``installs 192.0.2.100/24 ...``, as (address, prefix length)."""

    addresses: tuple[tuple[Address, int], ...]


@frozen
class Removes:
    """``removes 192.0.2.100/24 ...``, as (address, prefix length)."""

    addresses: tuple[tuple[Address, int], ...]


@frozen
class Announces:
    """``announces 192.0.2.100 ... x5``: gratuitous ARP, or neighbour advertisements of IPv6 addresses, ``repeat`` times each."""

    addresses: tuple[Address, ...]
    repeat: int


@frozen
class Notifies:
    """``notifies MASTER``: scripts and FIFOs are told."""

    state: Literal["MASTER", "BACKUP", "FAULT", "STOP", "MASTER_RX_LOWER_PRI"]


@frozen
class Remarks:
    """``remarks RULE``: the advertisement was used, but is odd by this rule."""

    rule: Rule


@frozen
class Is:
    """``init``, ``backup``, ``master`` or ``fault``: the state afterwards, and the notification of entering it."""

    state: StateWord


@frozen
class HasDeadline:
    """``deadline 3.609375`` or ``deadline none``: the next deadline afterwards."""

    at: Instant | None


@frozen
class HasPriority:
    """``priority 80``: the effective priority afterwards."""

    priority: int


@frozen
class Nothing:
    """``nothing``: no effect, and the state is the same in every part."""


@frozen
class Discarded:
    """``discarded``: a packet came in, and nothing happened."""


Handles = HandlesRoutes | HandlesRules
Item = Sends | Installs | Removes | Handles | Announces | Notifies | Remarks | Is | HasDeadline | HasPriority | Nothing | Discarded


@frozen
class Expectation:
    """One line of what must (``=>``) or must not (``=/>``, ``forbidden``) be seen.

    ``subject`` is ``None`` in ``=> ...`` only: whatever happens.  Without ``partial`` every effect and change of state must be named.
    """

    subject: Subject | None
    items: tuple[Item, ...] = ()
    rule: Rule | None = None
    partial: bool = False
    forbidden: bool = False
    comments: Comments = ()
    note: str = ""
    line: int = field(default=0, eq=False)


@frozen
class Moment:
    """One line of the timeline and what is expected of it."""

    at: Instant
    subject: Subject
    stimulus: Stimulus
    expectations: tuple[Expectation, ...] = ()
    comments: Comments = ()
    note: str = ""
    line: int = field(default=0, eq=False)


# The head.


@frozen
class Interface:
    """``at 192.0.2.2 on eth0``: an interface of a router at the beginning."""

    name: str
    addresses: tuple[Address, ...] = ()
    up: bool = True


@frozen
class Router:
    """A router: its interfaces and, indented, its configuration."""

    name: str
    interfaces: tuple[Interface, ...] = ()
    configuration: Configuration = Configuration()
    comments: Comments = ()
    note: str = ""
    line: int = field(default=0, eq=False)


@frozen
class Clauses:
    """``clause V2-6.4.2-06 holds``: what the trace is evidence for; ``violated`` if it shows a violation that is rejected."""

    identifiers: tuple[str, ...]
    polarity: Polarity
    comments: Comments = ()
    note: str = ""
    line: int = field(default=0, eq=False)


@frozen
class UsesProfile:
    """``profile rfc3768``: where keepalived and the RFC differ, which one the routers follow."""

    name: ProfileName
    comments: Comments = ()
    note: str = ""
    line: int = field(default=0, eq=False)


@frozen
class Recorded:
    """``recorded from 5120.000000``: the instants are those of a real run, so a deadline may be served late.

    ``began`` is when the run's own clock stood at 0 here, if that is known: recordings by one clock can be merged.
    """

    began: Instant | None = None
    comments: Comments = ()
    note: str = ""
    line: int = field(default=0, eq=False)


Statement = Clauses | UsesProfile | Recorded


@frozen
class Trace:
    """A whole trace; ``closing`` are the comments after the last line."""

    statements: tuple[Statement, ...]
    routers: tuple[Router, ...]
    timeline: tuple[Moment, ...]
    closing: Comments = ()
    name: str = field(default="", eq=False)

    @property
    def clauses(self) -> tuple[tuple[str, Polarity], ...]:
        """Every clause identifier with its polarity."""
        return tuple((each, said.polarity) for said in self.statements if isinstance(said, Clauses) for each in said.identifiers)

    @property
    def profile(self) -> ProfileName:
        """The profile in force: keepalived's if none is named."""
        return next((said.name for said in self.statements if isinstance(said, UsesProfile)), "keepalived")

    @property
    def recorded(self) -> bool:
        """Whether this is the record of a run."""
        return any(isinstance(said, Recorded) for said in self.statements)


@frozen
class Problem:
    """Why a text is no trace: where (line and column count from 1), what, and the line itself."""

    name: str
    line: int
    column: int
    message: str
    text: str = ""

    def __str__(self) -> str:
        """Write ``file:line:column: message``, the line and a caret."""
        return f"{self.name}:{self.line}:{self.column}: {self.message}\n  {self.text}\n  {' ' * (self.column - 1)}^"
