"""``authentication`` and ``auth_hmac`` of a ``vrrp_instance``: from what is written to keys, and back."""

from collections.abc import Iterable, Iterator, Mapping

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Diagnostic
from kaspec.config.keywords import top
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.lexer import Report
from kaspec.config.sections import Given, Section
from kaspec.config.terms import HmacKey as KeyLine
from kaspec.config.writing import word
from kaspec.frozen import evolve
from kaspec.units import SECOND
from kaspec.vrrp.authentication import (
    Authentication,
    HmacKey,
    HmacTrailer,
    IpAuthenticationHeader,
    NoAuthentication,
    SimplePassword,
    default_time_window,
    eight_bytes,
)
from kaspec.vrrp.router import VirtualRouter

PASSWORD_LIMIT = 8
SHORTEST_KEY, LONGEST_KEY = 32, 64
HEXADECIMAL, FILE = "hex:", "file:"


def build_authentication(section: Section, router: VirtualRouter, report: Report) -> Authentication:
    """Build the authentication of an instance whose version, family and interval are known; ``auth_hmac`` comes before the older one."""
    trailer = _trailer(section, router, report)
    if trailer is not None:
        for block in section.sections(rows.AUTHENTICATION)[:1]:
            message = f"{section.label} has auth_hmac: its authentication block is ignored"
            report(kinds.AUTHENTICATION_IGNORED.at(block.span, message, "remove the authentication block"))
        return trailer
    if router.version == 3:
        for block in section.sections(rows.AUTHENTICATION)[:1]:
            message = f"VRRP version 3 has no authentication: that of {section.label} is ignored"
            report(kinds.AUTHENTICATION_IGNORED.at(block.span, message, "use auth_hmac, or remove the block"))
        return NoAuthentication()
    return _older(section, report)


def _older(section: Section, report: Report) -> Authentication:
    within = section.merged(rows.AUTHENTICATION)
    kind, password = within.last(rows.AUTH_TYPE), within.last(rows.AUTH_PASS)
    if password is None or not password.value or kind is None:
        if lone := password or kind:
            missing = "auth_pass" if kind else "auth_type PASS"
            report(kinds.AUTHENTICATION_INCOMPLETE.at(lone.span, f"without {missing} there is no authentication", f"add {missing}"))
        return NoAuthentication()
    data = octets(password.value)
    if len(data) > PASSWORD_LIMIT:
        report(kinds.PASSWORD_CUT.at(password.span, f"only the first {PASSWORD_LIMIT} bytes of the password are used"))
    return (IpAuthenticationHeader if kind.value == "AH" else SimplePassword)(eight_bytes(data))


def octets(text: str) -> bytes:
    """Return the bytes of a word as they stand in the file, which may not be UTF-8."""
    escaped = all(not 0xD800 <= ord(character) <= 0xDFFF or 0xDC80 <= ord(character) <= 0xDCFF for character in text)
    return text.encode(errors="surrogateescape" if escaped else "replace")


def _trailer(section: Section, router: VirtualRouter, report: Report) -> HmacTrailer | None:
    """Without a key that can be used there is no trailer at all, and that is an error."""
    blocks = section.sections(rows.AUTH_HMAC)
    if not blocks:
        return None
    within = section.merged(rows.AUTH_HMAC)
    keys = tuple(_keys(within.entries(rows.KEY), report))
    if not keys:
        message = f"auth_hmac of {section.label} has no key, so nothing is signed and nothing verified"
        report(kinds.KEY_UNUSABLE.at(blocks[-1].span, message, "add key 1 file:/etc/keepalived/hmac.key"))
        return None
    active = within.last(rows.ACTIVE_KEY)
    if active is not None and active.value not in {key.key_id for key in keys}:
        message = f"there is no key {active.value}: {keys[0].key_id} signs"
        report(kinds.KEY_UNUSABLE.at(active.span, message, f"write active_key {keys[0].key_id}, or add key {active.value}"))
        active = None
    return HmacTrailer(
        keys,
        active.value if active else keys[0].key_id,
        within.value(rows.TIME_WINDOW, default_time_window(router.advertisement_interval)),
        within.value(rows.ANTI_REPLAY, "time"),
        within.value(rows.MODE, "enforce"),
    )


def _keys(lines: Iterable[Given[KeyLine]], report: Report) -> Iterator[HmacKey]:
    seen: set[int] = set()
    for given in lines:
        key, complaint = read_key(given.value)
        if key is not None and key.key_id in seen:
            complaint, key = f"key {key.key_id} is given twice; this one is ignored", None
        if complaint:
            report(kinds.KEY_UNUSABLE.at(given.word, complaint, "32 to 64 bytes, as hex:... or in a file"))
        if key is not None:
            seen.add(key.key_id)
            yield key


def read_key(line: KeyLine) -> tuple[HmacKey | None, str]:
    """Return the key that a line gives, or what is wrong with it; one in a file has no data yet."""
    secret = line.secret
    if secret.startswith(FILE):
        return HmacKey(line.identifier, file=secret.removeprefix(FILE)), ""
    if secret.startswith(HEXADECIMAL):
        try:
            data = bytes.fromhex(secret.removeprefix(HEXADECIMAL))
        except ValueError:
            return None, f"key {line.identifier} is not in hexadecimal and is ignored"
    else:
        data = octets(secret)
    complaint = length_complaint(line.identifier, data)
    return (None, complaint) if complaint else (HmacKey(line.identifier, data), "")


def length_complaint(key_id: int, data: bytes) -> str:
    """Say what is wrong with the length of a key; empty if nothing."""
    if SHORTEST_KEY <= len(data) <= LONGEST_KEY:
        return ""
    return f"key {key_id} has {len(data)} bytes, not {SHORTEST_KEY} to {LONGEST_KEY}, and is ignored"


def unreadable_keys(section: Section, contents: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    """Tell which keys their files do not give, each where it stands; ``section`` is the whole text, a file not there has no contents."""
    for instance in section.sections(top.VRRP_INSTANCE):
        for given in instance.merged(rows.AUTH_HMAC).entries(rows.KEY):
            key, _ = read_key(given.value)
            if key is not None and key.file and not _key_in(contents.get(key.file, b"")):
                found = f"holds {len(contents[key.file])} bytes" if key.file in contents else "cannot be read"
                message = f"{key.file} {found}, so key {key.key_id} of {instance.label} cannot be used"
                yield kinds.KEY_UNUSABLE.at(given.word, message, "give it 32 to 64 bytes, or hex: and their digits")


def key_files(routers: Iterable[VirtualRouter]) -> frozenset[str]:
    """Return the files that keys are in."""
    return frozenset(
        key.file for router in routers if isinstance(router.authentication, HmacTrailer) for key in router.authentication.keys if key.file
    )


def with_keys(router: VirtualRouter, contents: Mapping[str, bytes]) -> VirtualRouter:
    """Fill in the keys that are in files; what a file does not give stays empty.  The line's end is not part of a key."""
    keys = router.authentication
    if not isinstance(keys, HmacTrailer):
        return router
    filled = tuple(evolve(key, data=_key_in(contents.get(key.file, b""))) if key.file else key for key in keys.keys)
    return evolve(router, authentication=evolve(keys, keys=filled))


def _key_in(content: bytes) -> bytes:
    """A file holds the key's bytes, or ``hex:`` and its digits; a line's end does not count."""
    bare = content.rstrip(b"\r\n")
    if bare.startswith(HEXADECIMAL.encode()):
        try:
            bare = bytes.fromhex(bare.decode("ascii", "replace").removeprefix(HEXADECIMAL))
        except ValueError:
            return b""
    return b"" if length_complaint(0, bare) else bare


def write_authentication(authentication: Authentication) -> tuple[str, tuple[str, ...]] | None:
    """Return the block that says so: its keyword and its lines."""
    match authentication:
        case SimplePassword(data):
            return "authentication", ("auth_type PASS", f"auth_pass {word(_password(data))}")
        case IpAuthenticationHeader(key):
            return "authentication", ("auth_type AH", f"auth_pass {word(_password(key))}")
        case HmacTrailer():
            return "auth_hmac", tuple(_write_trailer(authentication))
        case NoAuthentication():
            return None


def _password(data: bytes) -> str:
    return data.rstrip(b"\0").decode(errors="surrogateescape")


def _write_trailer(keys: HmacTrailer) -> Iterator[str]:
    for key in keys.keys:
        yield f"key {key.key_id} {word(f'{FILE}{key.file}' if key.file else f'{HEXADECIMAL}{key.data.hex()}')}"
    yield f"active_key {keys.active_key}"
    yield f"time_window {keys.time_window // SECOND}"
    yield f"anti_replay {keys.anti_replay}"
    yield f"mode {keys.mode}"
