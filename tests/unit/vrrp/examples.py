"""The routers that the examples are about: ``R`` at 192.0.2.1 holds 192.0.2.100/24 with priority 100, as the RFC's default has it."""

from attrs import evolve

from kaspec.address import Address, parse_address
from kaspec.units import SECOND, Instant, Interval, seconds
from kaspec.vrrp.effects import Effect, InstallAddresses, RemoveAddresses, SendAdvertisement, SendGratuitousArp
from kaspec.vrrp.events import AdvertisementReceived, Event
from kaspec.vrrp.machine import Step, advertisement, step
from kaspec.vrrp.router import RFC3768, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Backup, Initialize, Master, Reason, Standing, State

OURS = parse_address("192.0.2.1")
LOWER, HIGHER = parse_address("192.0.2.0"), parse_address("192.0.2.2")
VIPS = (VirtualAddress(parse_address("192.0.2.100"), 24, "eth0"),)
R = VirtualRouter("VI_1", "eth0", 51, addresses=VIPS)
STRICT = evolve(R, profile=RFC3768)
OWNER = evolve(R, priority=255)
STANDING = Standing(100, OURS)
PENDING = Standing(100, OURS, pending=(("script", "chk"),))
WAITING = Initialize(PENDING, started=True)
DOWN = Standing(100, OURS, (Reason("interface-down", "eth0"),))

INSTALL, REMOVE = InstallAddresses(VIPS), RemoveAddresses(VIPS)
ANNOUNCE = SendGratuitousArp(VIPS, 5)


def at(amount: int | str) -> Instant:
    """The instant so many seconds after 0."""
    return Instant(seconds(amount))


def backup(down_at: str = "3.609375", priority: int = 100, preempt_at: Instant | None = None, learnt: Interval = SECOND) -> Backup:
    return Backup(Standing(priority, OURS), at(down_at), learnt, preempt_at)


def master(adver_at: str = "1", announce_at: str | None = "5", priority: int = 100, repeat: int = 5) -> Master:
    announcing = None if announce_at is None else at(announce_at)
    return Master(Standing(priority, OURS), at(adver_at), announcing, 0 if announcing is None else repeat)


def heard(priority: int, source: Address = HIGHER, router: VirtualRouter = R) -> AdvertisementReceived:
    """An advertisement of a peer that is configured alike."""
    return AdvertisementReceived(advertisement(router, priority), source)


def says(priority: int, router: VirtualRouter = R) -> SendAdvertisement:
    """Our own advertisement."""
    return SendAdvertisement(advertisement(router, priority), OURS)


def takes(state: State, event: Event, now: str = "0.5", router: VirtualRouter = R) -> Step:
    return step(router, state, event, at(now))


def identity(state: State, rule: str) -> tuple[State, tuple[Effect, ...], str]:
    """What nothing changed by."""
    return state, (), rule


def parts(result: Step) -> tuple[State, tuple[Effect, ...], str]:
    return result.state, result.effects, result.rule
