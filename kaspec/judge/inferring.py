"""Routers without a configuration: what their advertisements tell of it, in the few ways that fit."""

from collections import Counter
from collections.abc import Iterator

from kaspec.address import Address
from kaspec.frozen import evolve, frozen
from kaspec.judge.allowance import Allowance
from kaspec.judge.capture import Capture
from kaspec.judge.cast import SILENCE, Line
from kaspec.judge.possible import Suspect
from kaspec.judge.sightings import Advert, read_advert
from kaspec.vrrp.authentication import Authentication, IpAuthenticationHeader, NoAuthentication, SimplePassword
from kaspec.vrrp.router import KEEPALIVED, OWNER_PRIORITY, RFC3768, RFC5798, Peer, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Standing
from kaspec.wire.authentication_header import AUTHENTICATION_HEADER_PROTOCOL
from kaspec.wire.checksum import ChecksumForm
from kaspec.wire.ip import Packet
from kaspec.wire.vrrp import SIMPLE_TEXT_PASSWORD, Advertisement, checksum_form

INTERFACE = "eth0"
"""What no packet tells; it must have a name."""


@frozen
class Likeness:
    """A router that an address may be, and what is odd about it beside the usual (keepalived that preempts)."""

    suspect: Suspect
    words: str


def likenesses(capture: Capture, line: Line, source: Address, counts: Counter[int], allowance: Allowance) -> Iterator[Likeness]:
    """Return the routers that ``source`` may be, the usual first; none if it sends no advertisement that can be read."""
    read = [(advert, packet, count) for kind, count in counts.items() for advert, packet in _read(capture, kind)]
    speaking = [each for each in read if each[0].priority]
    if not speaking:
        return
    advert, packet, _ = max(speaking, key=lambda each: each[2])
    priorities = Counter[int]()
    for each, _, count in speaking:
        priorities[each.priority] += count
    router = _router(advert, packet, line)
    standings = tuple(Standing(priority, source) for priority, _ in priorities.most_common())
    suspect = Suspect("", router, source, standings, allowance=allowance, keyless=isinstance(router.authentication, IpAuthenticationHeader))
    owner = router.priority == OWNER_PRIORITY
    for profile, follows in ((KEEPALIVED, ""), (RFC3768 if router.version == 2 else RFC5798, "answers no losing advertisement")):
        for preempt in (True,) if owner else (True, False):
            judged = evolve(router, profile=profile, preempt=preempt)
            words = ", ".join(filter(None, (follows, "" if preempt else "does not preempt")))
            yield Likeness(evolve(suspect, router=judged), words)


def _read(capture: Capture, kind: int) -> Iterator[tuple[Advertisement, Packet]]:
    sighting = capture.sightings[kind]
    if isinstance(sighting, Advert) and (advert := read_advert(sighting.packet)) is not None:
        yield advert, sighting.packet


def _router(advert: Advertisement, packet: Packet, line: Line) -> VirtualRouter:
    authentication: Authentication = NoAuthentication()
    if packet.protocol == AUTHENTICATION_HEADER_PROTOCOL:
        authentication = IpAuthenticationHeader(b"")
    elif advert.version == 2 and advert.authentication_type == SIMPLE_TEXT_PASSWORD:
        authentication = SimplePassword(advert.authentication_data)
    form: ChecksumForm = "pseudo-header"
    if advert.version == 3:
        form = checksum_form(packet.payload, (packet.source, packet.destination)) or form
    return VirtualRouter(
        f"VI_{line[2]}",
        INTERFACE,
        line[2],
        advert.priority,
        tuple(VirtualAddress(each, 8 * len(each), INTERFACE) for each in advert.addresses),
        3 if advert.version == 3 else 2,
        line[1],
        advert.advertisement_interval,
        authentication=authentication,
        source=packet.source,
        garp=SILENCE,
        checksum_form=form,
        peers=() if packet.is_multicast else (Peer(packet.destination),),
        group=packet.destination if packet.is_multicast else None,
    )
