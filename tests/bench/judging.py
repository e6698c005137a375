"""What judging captures costs: the usual one, and such in which little can be looked up: ``python -m tests.bench.judging [PACKETS]``."""

import sys
import time
from collections.abc import Iterator, Sequence
from random import Random

from attrs import evolve

from kaspec.address import Address
from kaspec.config import Configuration
from kaspec.judge import Allowance, Capture, Host, judge, read_capture
from kaspec.units import MILLISECOND, SECOND, ZERO, Instant, Interval
from kaspec.vrrp.acts import advertisement
from kaspec.vrrp.authentication import IpAuthenticationHeader
from kaspec.vrrp.effects import HeaderSeal, SendAdvertisement
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from kaspec.vrrp.transmission import transmit
from kaspec.wire.ip import encode_ip
from kaspec.wire.pcap import Frame, encode_pcap

BEGAN = Instant(1_800_000_000_000_000)
ADDRESSES = Address(b"\xc0\0\2\1"), Address(b"\xc0\0\2\2")
ROUTER = VirtualRouter("VI_1", "eth0", 51, addresses=(VirtualAddress(Address(b"\xc0\0\2\x64"), 24, "eth0"),))
KEY = IpAuthenticationHeader.of("secret")
Case = tuple[str, list[Frame], VirtualRouter, Allowance]


def frame(router: VirtualRouter, host: int, number: int) -> bytes:
    """Return the ``number``th advertisement of a host."""
    effect = SendAdvertisement(advertisement(router, router.priority), ADDRESSES[host])
    if isinstance(router.authentication, IpAuthenticationHeader):
        effect = evolve(effect, seal=HeaderSeal(number, router.authentication.key))
    return bytes.fromhex("01005e000012") + b"\2\0\0\0\0" + ADDRESSES[host][-1:] + b"\x08\0" + encode_ip(transmit(effect), number)


def advertising(router: VirtualRouter, host: int, count: int, begins: Interval = ZERO) -> list[Frame]:
    """Let a host advertise every second, and up to 3 ms more."""
    random, at, found = Random(1), Instant(BEGAN + begins), list[Frame]()
    for number in range(1, count + 1):
        found.append(Frame(at, frame(router, host, number)))
        at = Instant(at + SECOND + random.randrange(3 * MILLISECOND))
    return found


def cases(count: int) -> Iterator[Case]:
    """Return the captures: the usual one has ``count`` packets, the others fewer."""
    master, sealed = evolve(ROUTER, priority=150), evolve(ROUTER, priority=150, authentication=KEY)
    yield "a Master, a Backup, nothing happens", advertising(master, 0, count), ROUTER, Allowance()
    yield "auth_type AH: no packet is like another", advertising(sealed, 0, count // 10), evolve(ROUTER, authentication=KEY), Allowance()
    both = advertising(master, 0, count // 40) + advertising(ROUTER, 1, count // 40, Interval(400 * MILLISECOND))
    yield "two Masters that do not hear each other", sorted(both, key=lambda each: each.at), ROUTER, Allowance(loss=True)


def measure(title: str, frames: Sequence[Frame], router: VirtualRouter, allowance: Allowance) -> str:
    """Judge one and return a line about it, in CPU time."""
    routers = evolve(router, priority=150), router
    hosts = [Host(name, Configuration(routers=(each,)), (at,)) for name, each, at in zip("ab", routers, ADDRESSES, strict=True)]
    data = encode_pcap(frames)
    began = time.process_time()
    capture = read_capture(data)
    assert isinstance(capture, Capture)
    read = time.process_time()
    verdict = judge(capture, hosts, allowance)
    done = time.process_time()
    assert verdict.answer == "allowed", title
    rates = [len(frames) / max(took, 1e-6) for took in (done - began, read - began, done - read)]
    return f"{title:42} {len(frames):8} packets {rates[0]:9.0f}/s  (read {rates[1]:.0f}/s, judged {rates[2]:.0f}/s)"


def main() -> None:
    """Measure each, 200 000 packets of the usual."""
    for case in cases(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000):
        print(measure(*case), flush=True)


if __name__ == "__main__":
    main()
