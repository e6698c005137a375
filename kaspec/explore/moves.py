"""What can happen in a world: one move after another makes a run."""

from kaspec.frozen import frozen
from kaspec.tracking import Tracker
from kaspec.units import Interval
from kaspec.vrrp.holdings import VirtualAddress


@frozen
class Way:
    """From one host to another on a broadcast domain: where advertisements are under way."""

    sender: int
    receiver: int
    wire: str


@frozen
class Passes:
    """Time passes, and nothing happens meanwhile."""

    interval: Interval


@frozen
class Starts:
    """A host starts."""

    host: int


@frozen
class Reaches:
    """The deadlines of a host that are due are reached."""

    host: int


@frozen
class Delivers:
    """The advertisement that has been on its way the longest arrives."""

    way: Way


@frozen
class Loses:
    """The advertisement that has been on its way the longest is lost."""

    way: Way


@frozen
class Doubles:
    """The advertisement that has been on its way the longest arrives, and will arrive again."""

    way: Way


@frozen
class Overtakes:
    """An advertisement arrives before ``others`` that were sent before it."""

    way: Way
    others: int


@frozen
class Crashes:
    """A host dies without a word."""

    host: int


@frozen
class Stops:
    """A host is stopped: it says good-bye."""

    host: int


@frozen
class Cuts:
    """What ``sender`` sends does not reach ``receiver`` any more, nor, if ``both`` ways, the other way round."""

    sender: int
    receiver: int
    both: bool


@frozen
class Heals:
    """Two hosts hear each other again."""

    one: int
    other: int


@frozen
class LinkFlips:
    """An interface of a host loses its carrier, or has it again."""

    host: int
    interface: str
    up: bool


@frozen
class TrackedFlips:
    """Something that a host tracks is found bad, or good again."""

    host: int
    tracker: Tracker
    good: bool


@frozen
class LosesAddress:
    """Somebody takes a virtual address away from a host."""

    host: int
    address: VirtualAddress


@frozen
class Pauses:
    """A host does nothing until it is woken, or its pause is over, when it ``Reaches`` that."""

    host: int


@frozen
class Wakes:
    """A host goes on."""

    host: int


@frozen
class Drifts:
    """The clock of a host runs at another rate from now on."""

    host: int
    rate: int


@frozen
class Reloads:
    """A host takes another configuration, or reads its own again."""

    host: int
    setup: int


HostMove = Starts | Reaches | Crashes | Stops | LinkFlips | TrackedFlips | LosesAddress | Pauses | Wakes | Drifts | Reloads
"""What happens to one host."""
Move = Passes | Delivers | Loses | Doubles | Overtakes | Cuts | Heals | HostMove


def is_calm(move: Move) -> bool:
    """Tell what goes on by itself, without which no run is complete, from what goes wrong or is mended."""
    return isinstance(move, Passes | Reaches | Delivers)


def is_fault(move: Move) -> bool:
    """Tell what goes wrong: nobody may count on it."""
    match move:
        case LinkFlips(_, _, good) | TrackedFlips(_, _, good):
            return not good
        case _:
            return isinstance(move, Loses | Doubles | Overtakes | Crashes | Stops | Cuts | LosesAddress | Pauses | Drifts | Reloads)


def duration(move: Move) -> Interval:
    """Return how much time a move takes; only one kind takes any."""
    return move.interval if isinstance(move, Passes) else Interval(0)
