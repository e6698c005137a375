"""What ``genhash`` prints, as keepalived's does: dumps in hexadecimal, the digest, how long it took."""

from collections.abc import Iterable, Iterator

from kaspec.units import Interval

_ROW, _HALF = 16, 8
_DASHES = "-" * 23


def title(text: str) -> str:
    """Return a line that begins a part."""
    return f"{_DASHES}[{text}]{_DASHES}"


def dump(octets: bytes) -> Iterator[str]:
    """Yield rows of 16 octets: where they begin (in decimal), in hexadecimal, as text."""
    for begins in range(0, len(octets), _ROW):
        row = octets[begins : begins + _ROW]
        first, second = (" ".join(f"{each:02x}" for each in part) for part in (row[:_HALF], row[_HALF:]))
        text = "".join(chr(each) if 0x20 <= each <= 0x7E else "." for each in row)
        yield f"{begins:04d}  {first:<23} - {second:<23}   {text:<16}"


def verbose(pieces: Iterable[bytes], length: int, digest: str, path: str, took: Interval) -> Iterator[str]:
    """Yield everything: head and body (``length`` octets) as they came in ``pieces``, the digest, how long it took."""
    head, body = _parts(tuple(pieces), length)
    yield title("    HTTP Header Buffer    ")
    yield from dump(head)
    yield title(" HTTP Header Ascii Buffer ")
    yield head.decode(errors="replace")
    if body:
        yield title("        HTML Buffer        ")
    for piece in body:
        yield from dump(piece)
    yield ""
    yield title("    HTML hash resulting    ")
    yield from dump(bytes.fromhex(digest))
    yield title(" HTML hash final resulting ")
    yield digest
    yield ""
    yield f"Global response time for [{path}] = {took} usecs"


def _parts(pieces: tuple[bytes, ...], length: int) -> tuple[bytes, tuple[bytes, ...]]:
    """Divide what came into the head, with its empty line, and the pieces of the body, of ``length`` octets together."""
    came = b""
    for place, piece in enumerate(pieces):
        came += piece
        end = came.find(b"\r\n\r\n")
        if end >= 0:
            return came[: end + 4], tuple(_cut((came[end + 4 :], *pieces[place + 1 :]), length))
    return came, ()


def _cut(pieces: Iterable[bytes], length: int) -> Iterator[bytes]:
    for piece in pieces:
        if wanted := piece[:length]:
            yield wanted
        length -= len(wanted)
