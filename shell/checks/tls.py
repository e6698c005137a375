"""TLS for checks: an object that takes and gives octets, and says what they come to; no socket."""

import ssl
from functools import lru_cache

from kaspec.health.credentials import Credentials
from kaspec.health.events import ExchangeEvent, Received, Secured, StreamEnded, StreamFailed, TlsFailed, TlsWish

PIECE = 1 << 16


@lru_cache(maxsize=256)
def context(verify: bool, named: bool, credentials: Credentials) -> ssl.SSLContext:
    """Return the settings of TLS for a wish; raises ``OSError`` (``ssl.SSLError`` is one) for a file that is missing or of no use."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = verify and named
    made.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    if verify and credentials.ca is not None:
        made.load_verify_locations(credentials.ca)
    elif verify:
        made.load_default_certs()
    if credentials.certificate is not None:
        made.load_cert_chain(credentials.certificate, credentials.key, credentials.password or "")
    return made


class Layer:
    """One side of TLS, ours."""

    def __init__(self, wish: TlsWish) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        settings = context(wish.verify, wish.server_name is not None, wish.credentials)
        self._object = settings.wrap_bio(self._incoming, self._outgoing, server_hostname=wish.server_name)
        self._is_secured = False

    def take(self, octets: bytes) -> list[ExchangeEvent]:
        """Take what came over the wire, nothing at the beginning; return what that means."""
        if octets:
            self._incoming.write(octets)
        return self._progress()

    def end(self) -> list[ExchangeEvent]:
        """Nothing more will come over the wire."""
        self._incoming.write_eof()
        return self._progress()

    def give(self) -> bytes:
        """Return what is to go over the wire."""
        return self._outgoing.read()

    def send(self, octets: bytes) -> None:
        """Put octets where ``give`` finds them enciphered."""
        self._object.write(octets)

    def _progress(self) -> list[ExchangeEvent]:
        happened: list[ExchangeEvent] = []
        try:
            if not self._is_secured:
                self._object.do_handshake()
                self._is_secured = True
                happened.append(Secured())
            while piece := self._object.read(PIECE):
                happened.append(Received(piece))
            happened.append(StreamEnded())
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            happened.append(StreamEnded())
        except ssl.SSLError as error:
            happened.append(self._trouble(error))
        return happened

    def _trouble(self, error: ssl.SSLError) -> ExchangeEvent:
        if not self._is_secured:
            return TlsFailed(_words(error))
        if isinstance(error, ssl.SSLEOFError) or "EOF" in (error.reason or ""):
            return StreamEnded(clean=False)
        return StreamFailed(_words(error))


def _words(error: ssl.SSLError) -> str:
    """Say what went wrong, without where in OpenSSL's sources."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is refused: {error.verify_message}"
    return (error.reason or "TLS failed").lower().replace("_", " ")
