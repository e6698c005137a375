"""Letters: what a router can hear, as the neighbours that say it would.

The router is at .100 with priority 180; the neighbours are one with a higher and one with a lower address.  Every letter's advertisement is
the router's own but for what it names.
"""

from collections.abc import Mapping
from functools import lru_cache

from attrs import evolve, frozen

from conformance.learning.machine import Letter
from conformance.learning.slots import PRIORITY
from kaspec.address import Address
from kaspec.config import read
from kaspec.trace.adverts import build
from kaspec.trace.language import AdvertFields
from kaspec.tracking import Link
from kaspec.units import MILLISECOND, Interval
from kaspec.vrrp.router import VirtualRouter
from kaspec.wire.ip import encode_ip

OWN, HIGH, LOW = Address(b"\xc0\0\2d"), Address(b"\xc0\0\2\xc8"), Address(b"\xc0\0\2\x01")
"""192.0.2.100, .200 and .1."""
INTERFACE = "eth0"
WAIT: Letter = "wait"
HOME: Letter = "higher"
"""After it a router that is nobody's owner is a Backup that has just heard a Master: where words begin."""
FOREIGN = Address(b"\xc6\x33\x64\x01")
"""198.51.100.1, which no router here holds."""


@frozen
class Alphabet:
    """The letters for a version of VRRP, at an advertisement interval."""

    version: int
    milliseconds: int
    adverts: Mapping[Letter, AdvertFields]

    @property
    def letters(self) -> tuple[Letter, ...]:
        """All of them; the first is to hear nothing."""
        return (WAIT, *self.adverts)

    @property
    def interval(self) -> Interval:
        """The advertisement interval."""
        return Interval(self.milliseconds * MILLISECOND)

    def configuration(self, vrids: range) -> str:
        """Return keepalived.conf of the router: one virtual router for each of these numbers, all alike."""
        return (
            f"global_defs {{\n  router_id learnt\n  vrrp_rt_priority 20\n  vrrp_rlimit_rttime 10000000\n  vrrp_version {self.version}\n}}\n"
            + "".join(
                f"vrrp_instance V{vrid} {{\n  interface {INTERFACE}\n  state BACKUP\n  virtual_router_id {vrid}\n  priority {PRIORITY}\n"
                f"  advert_int {self.milliseconds / 1000:g}\n  garp_master_delay 0\n  garp_master_repeat 1\n"
                "  garp_lower_prio_delay 0\n  garp_lower_prio_repeat 1\n"
                f"{self._authentication}  virtual_ipaddress {{\n    203.0.113.{vrid}/32\n  }}\n}}\n"
                for vrid in vrids
            )
        )

    @property
    def _authentication(self) -> str:
        return "  authentication {\n    auth_type PASS\n    auth_pass learning\n  }\n" if self.version == 2 else ""

    def routers(self, vrids: range) -> tuple[VirtualRouter, ...]:
        """Return the same as values."""
        return _routers(self.configuration(vrids))

    def datagram(self, router: VirtualRouter, letter: Letter) -> bytes | None:
        """Return what the router hears by a letter, if anything."""
        said = self.adverts.get(letter)
        return None if said is None else _datagram(router, said)


@lru_cache(maxsize=4)
def _routers(configuration: str) -> tuple[VirtualRouter, ...]:
    return read(configuration, "learnt.conf").configuration.routers


@lru_cache(maxsize=64)
def _datagram(router: VirtualRouter, said: AdvertFields) -> bytes:
    return encode_ip(build(router, OWN, said))


LINKS = (Link(INTERFACE, up=True, addresses=(OWN,)),)
_SAME: dict[Letter, AdvertFields] = {
    HOME: AdvertFields(source=HIGH, priority=200),
    "lower": AdvertFields(source=HIGH, priority=100),
    "equal, higher address": AdvertFields(source=HIGH, priority=PRIORITY),
    "equal, lower address": AdvertFields(source=LOW, priority=PRIORITY),
    "zero": AdvertFields(source=HIGH, priority=0),
    "bad checksum": AdvertFields(source=HIGH, priority=200, checksum="wrong"),
    "bad TTL": AdvertFields(source=HIGH, priority=200, ttl=64),
    "other addresses": AdvertFields(source=HIGH, priority=200, addresses=(FOREIGN,)),
}
VERSION_2 = Alphabet(
    2,
    1000,
    {
        **_SAME,
        "bad password": AdvertFields(source=HIGH, priority=200, auth_data=b"guessed\0"),
        "other interval": AdvertFields(source=HIGH, priority=200, interval=2),
    },
)
VERSION_3 = Alphabet(3, 1000, _SAME)
ALPHABETS: Mapping[int, Alphabet] = {2: VERSION_2, 3: VERSION_3}


def timed(alphabet: Alphabet, milliseconds: int) -> Alphabet:
    """Return it with another interval: a longer one for a machine that is busy, a shorter one where there is little time."""
    return evolve(alphabet, milliseconds=milliseconds)
