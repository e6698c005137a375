"""What checks over TLS show of themselves and whom they trust."""

from kaspec.frozen import frozen


@frozen
class Credentials:
    """The ``SSL`` block: files with what TLS needs of our own, and whom it trusts (``ca``; used with ``tls_verify`` only)."""

    certificate: str | None = None
    key: str | None = None
    password: str | None = None
    ca: str | None = None
