"""How advertisements prove who sent them: keepalived's ``authentication`` and ``auth_hmac`` blocks as values.

No key is ever shown by ``repr``.
"""

from typing import Literal

from attrs import field

from kaspec.frozen import frozen
from kaspec.units import SECOND, Interval

AntiReplay = Literal["time", "monotonic"]
Mode = Literal["enforce", "permissive", "receive-only"]


@frozen
class NoAuthentication:
    """Authentication type 0 (RFC 3768 5.3.6.1)."""


def eight_bytes(password: bytes) -> bytes:
    """Cut a password, or fill it with zero bytes, as RFC 2338 5.3.6.2 has it."""
    return password[:8].ljust(8, b"\0")


@frozen
class SimplePassword:
    """Authentication type 1 (RFC 2338 5.3.6.2): ``data`` is exactly eight bytes, padded with zeros or cut."""

    data: bytes = field(repr=False)

    @classmethod
    def of(cls, password: str) -> "SimplePassword":
        """Take the first eight bytes of a password and fill with zero bytes, as keepalived does."""
        return cls(eight_bytes(password.encode()))


@frozen
class IpAuthenticationHeader:
    """Authentication type 2 (RFC 2338 5.3.6.3): the key is eight bytes, padded with zeros or cut as keepalived does."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, password: str) -> "IpAuthenticationHeader":
        """Take the first eight bytes of a password and fill with zero bytes."""
        return cls(eight_bytes(password.encode()))


@frozen
class HmacKey:
    """A key of ``auth_hmac``: its number 1..255, and 32 to 64 bytes; ``file`` is where they come from, if not from the configuration.

    Without ``data`` (its file could not be read) it signs nothing and verifies nothing.
    """

    key_id: int
    data: bytes = field(default=b"", repr=False)
    file: str = ""


@frozen
class HmacTrailer:
    """Keepalived's ``auth_hmac`` (2.4): a signed trailer behind every message, in either version.

    ``active_key`` is the number of the key that signs; any of ``keys`` verifies, so that one can replace another without a gap.  A packet
    must not be older or newer than ``time_window`` (``anti_replay`` "time"); in either way a sender's sequence must grow.  ``mode``:
    "receive-only" does not sign; but for "enforce" a packet that does not verify is reported and used.
    """

    keys: tuple[HmacKey, ...]
    active_key: int
    time_window: Interval = Interval(5 * SECOND)
    anti_replay: AntiReplay = "time"
    mode: Mode = "enforce"

    def key(self, key_id: int) -> HmacKey | None:
        """Return the key of that number, if there is one that can be used."""
        return next((key for key in self.keys if key.key_id == key_id and key.data), None)


Authentication = NoAuthentication | SimplePassword | IpAuthenticationHeader | HmacTrailer
Keyed = IpAuthenticationHeader | HmacTrailer
"""What needs a memory: sequence numbers said and heard (``kaspec.vrrp.association``)."""


def default_time_window(advertisement_interval: Interval) -> Interval:
    """Return keepalived's ``time_window`` where none is given: three intervals, at least five seconds, in whole seconds."""
    seconds = -(-3 * advertisement_interval // SECOND)
    return Interval(max(seconds, 5) * SECOND)
