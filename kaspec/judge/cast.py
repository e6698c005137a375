"""Who is who: which host of the configurations sends from which address, and who is only heard."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from attrs import field

from kaspec.address import Address, Family, family_of, is_multicast
from kaspec.config.model import Configuration
from kaspec.frozen import evolve, frozen
from kaspec.judge.allowance import Allowance, Departure
from kaspec.judge.capture import Capture
from kaspec.judge.matching import is_said, opened
from kaspec.judge.possible import Suspect
from kaspec.judge.sightings import Advert, Announcement, read_advert
from kaspec.judge.standings import standings
from kaspec.node import Node
from kaspec.units import ZERO, Interval
from kaspec.vrrp.acts import advertise
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.reception import virtual_router_id
from kaspec.vrrp.router import KEEPALIVED, GarpPolicy, Profile, VirtualRouter
from kaspec.vrrp.state import Standing

Line = tuple[int, Family, int]
"""Where virtual routers meet: the VLAN, the family and the VRID."""
MOST_STANDINGS = 16
SILENCE = GarpPolicy(repeat=0, delay=None, lower_priority_repeat=0, lower_priority_delay=None)


@frozen
class Host:
    """A host whose configuration is known; its ``addresses`` are learnt if they are not.

    ``profile`` says where its daemon follows whom, ``departures`` what it is known to do beside.
    """

    name: str
    configuration: Configuration
    addresses: tuple[Address, ...] = ()
    profile: Profile = KEEPALIVED
    departures: frozenset[Departure] = frozenset()


@frozen
class Placed:
    """A virtual router of a host and where it was found: ``address`` is ``None`` if nothing it could have sent was seen."""

    host: Host
    router: VirtualRouter
    line: Line
    address: Address | None
    assumed: bool = False


@frozen
class Scene:
    """What a capture shows by lines: ``senders`` counts what each address sent of each kind, ``announcing`` has the rest."""

    senders: dict[Line, dict[Address, Counter[int]]] = field(factory=dict)
    announcing: dict[tuple[int, Address], list[int]] = field(factory=dict)


def scene(capture: Capture) -> Scene:
    """Sort what was seen."""
    counts = Counter(capture.kinds)
    senders: dict[Line, dict[Address, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    announcing: dict[tuple[int, Address], list[int]] = defaultdict(list)
    for kind, sighting in enumerate(capture.sightings):
        match sighting:
            case Advert(packet, lan) if (number := virtual_router_id(packet)) is not None:
                senders[lan, family_of(packet.source), number][packet.source][kind] += counts[kind]
            case Announcement(address, lan):
                announcing[lan, address].append(kind)
            case _:
                pass
    return Scene(dict(senders), dict(announcing))


def place(hosts: Sequence[Host], capture: Capture, seen: Scene) -> list[Placed]:
    """Find each virtual router of the configurations: by its address, or as the sender of what is most like what it would send."""
    found = list[Placed]()
    routers = [(host, number, router) for host in hosts for number, router in enumerate(host.configuration.routers)]
    for line in dict.fromkeys((lan, router.family, router.virtual_router_id) for lan in _lans(seen) for _, _, router in routers):
        here = [each for each in routers if (each[2].family, each[2].virtual_router_id) == line[1:]]
        found += _placed(here, line, capture, seen.senders.get(line, {}))
    return found


def _lans(seen: Scene) -> list[int]:
    return sorted({line[0] for line in seen.senders}) or [0]


def _placed(
    here: list[tuple[Host, int, VirtualRouter]], line: Line, capture: Capture, senders: dict[Address, Counter[int]]
) -> Iterator[Placed]:
    """Give addresses away: those that are said first, then the likeliest sender, then what is left over, if that leaves no choice."""
    left, given = dict(senders), dict[int, Address]()
    for place_, (host, _, router) in enumerate(here):
        known = [each for each in host.addresses if family_of(each) == router.family]
        said = [router.source] if router.source else [each for each in known if each in left] or known
        if said:
            given[place_] = said[0]
            left.pop(said[0], None)
    scores = [
        (_likeness(each, capture, counts, source), -place_, source)
        for place_, each in enumerate(here) if place_ not in given and not each[0].addresses
        for source, counts in left.items()
    ]  # fmt: skip
    for score, place_, source in sorted(scores, key=lambda each: each[:2], reverse=True):
        if score and -place_ not in given and source in left:
            given[-place_] = source
            del left[source]
    lost = [place_ for place_, (host, _, _) in enumerate(here) if place_ not in given and not host.addresses]
    assumed = len(lost) == len(left) == 1
    if assumed:
        given[lost[0]] = next(iter(left))
    for place_, (host, _, router) in enumerate(here):
        yield Placed(host, router, line, given.get(place_), assumed and place_ in lost)


def _likeness(each: tuple[Host, int, VirtualRouter], capture: Capture, counts: Counter[int], source: Address) -> int:
    """Return how many of a sender's advertisements this virtual router would have sent, from there."""
    host, number, router = each
    node = Node(host.configuration.routers, host.configuration.groups)
    possible = standings(node, number, source)
    suspect = Suspect("", router, source, possible)
    effects = [effect for standing in (*possible, Standing(0, source)) for effect in advertise(router, standing)]
    return sum(count for kind, count in counts.items() if _is_any(suspect, effects, capture, kind))


def _is_any(suspect: Suspect, effects: Sequence[object], capture: Capture, kind: int) -> bool:
    sighting = capture.sightings[kind]
    assert isinstance(sighting, Advert), sighting
    plain = opened(suspect, sighting.packet)
    return plain is not None and any(isinstance(each, SendAdvertisement) and is_said(each, plain) for each in effects)


def suspect_of(placed: Placed, capture: Capture, seen: Scene, allowance: Allowance) -> Suspect:
    """Return a placed virtual router as it is judged: what the capture cannot show is not expected of it."""
    host, router = placed.host, placed.router
    assert placed.address is not None, placed
    node = Node(host.configuration.routers, host.configuration.groups)
    number = host.configuration.routers.index(router)
    own = {router.interface, router.port, *(each.name for each in router.virtual_interfaces)}
    shown = frozenset(each.address for each in router.held_addresses if each.interface in own) if seen.announcing else frozenset()
    judged = evolve(router, profile=_profile(host, router), garp=router.garp if shown else SILENCE)
    if router.peers:
        heard = {each.packet.destination for each in capture.sightings if isinstance(each, Advert)}
        judged = evolve(judged, peers=tuple(each for each in router.peers if each.address in heard) or router.peers)
    pacing = host.configuration.pacing
    paces = (pacing.garp_interval, pacing.gna_interval, *(each.garp_interval or ZERO for each in pacing.groups))
    grouped = any(router.name in group.members for group in host.configuration.groups)
    name = host.name if len(host.configuration.routers) == 1 else f"{host.name}/{router.name}"
    sent = seen.senders.get(placed.line, {}).get(placed.address, Counter())
    possible = _telling(standings(node, number, placed.address), capture, sent)
    return Suspect(
        name, judged, placed.address, possible, grouped, shown, Interval(max(paces)),
        host.departures, allowance,
    )  # fmt: skip


def _telling(possible: tuple[Standing, ...], capture: Capture, sent: Counter[int]) -> tuple[Standing, ...]:
    """Of very many priorities (a tracked file) keep the usual, those advertised and the extremes: they do what others would."""
    if len(possible) <= MOST_STANDINGS:
        return possible
    packets = (each.packet for kind in sent if isinstance(each := capture.sightings[kind], Advert))
    advertised = {advert.priority for packet in packets if (advert := read_advert(packet)) is not None}
    ranks = sorted(each.priority for each in possible)
    kept = {possible[0].priority, ranks[0], ranks[-1], *advertised}
    return tuple(each for each in possible if each.priority in kept)


def _profile(host: Host, router: VirtualRouter) -> Profile:
    """The configuration may have changed keepalived's profile (``higher_prio_send_advert``), but no other's."""
    return router.profile if host.profile == KEEPALIVED else host.profile


def is_for(suspect: Suspect, advert: Advert) -> bool:
    """Tell whether a packet reaches a virtual router: every multicast of its line does."""
    return is_multicast(advert.packet.destination) or advert.packet.destination == suspect.address
