"""Rules of reception, in the order of RFC 3768 7.1."""

from kaspec.rules.clause import rule

# Reception, in the order of RFC 3768 7.1.
NOT_IP = rule("core.not-ip", "RFC 791 3.1, RFC 8200 3", "Bytes that are no IP datagram are discarded.")
NOT_VRRP = rule("rfc3768.5.2.4.protocol", "RFC 3768 5.2.4", "A datagram whose protocol is not 112 is discarded.")
TTL = rule("rfc3768.7.1.ttl", "RFC 3768 5.2.3, 7.1", "A packet whose TTL is not 255 is discarded.")
VERSION = rule("rfc3768.7.1.version", "RFC 3768 7.1", "A packet of another VRRP version is discarded.")
INCOMPLETE = rule(
    "rfc3768.7.1.complete", "RFC 3768 7.1", "A packet shorter than its header, addresses and authentication data is discarded."
)
CHECKSUM = rule("rfc3768.7.1.checksum", "RFC 3768 5.3.8, 7.1", "A packet with a wrong checksum is discarded.")
TYPE = rule("rfc3768.5.3.2.type", "RFC 3768 5.3.2", "A packet of unknown type is discarded.")
VRID = rule("rfc3768.7.1.vrid", "RFC 3768 7.1", "A packet for a VRID not configured on the interface is discarded.")
OWNER = rule("rfc3768.7.1.owner", "RFC 3768 7.1", "The address owner discards every advertisement.")
AUTH_TYPE_UNKNOWN = rule("rfc3768.5.3.6.unknown", "RFC 3768 5.3.6", "A packet with an unknown authentication type is discarded.")
AUTH_TYPE_MISMATCH = rule(
    "rfc3768.7.1.authentication-type",
    "RFC 3768 5.3.6, 7.1",
    "A packet whose authentication type is not the configured one is discarded.",
)
PASSWORD = rule("rfc2338.5.3.6.2.password", "RFC 2338 5.3.6.2", "A packet whose eight password bytes differ is discarded.")
HEADER_MALFORMED = rule(
    "rfc2402.2.header", "RFC 2402 2", "A packet whose authentication header is cut, or is before anything but VRRP, is discarded."
)
HEADER_MISSING = rule(
    "rfc2338.5.3.6.3.missing", "RFC 2338 5.3.6.3", "With IP authentication, a packet without an authentication header is discarded."
)
HEADER_UNEXPECTED = rule(
    "keepalived.authentication-header.unexpected",
    "keepalived",
    "Without IP authentication, a packet in an authentication header is discarded.",
)
HEADER_INTEGRITY = rule(
    "rfc2338.5.3.6.3.integrity", "RFC 2338 5.3.6.3, RFC 2403", "A packet whose integrity check value is wrong is discarded."
)
HEADER_SPI = rule(
    "keepalived.authentication-header.spi", "keepalived", "A packet whose security parameters index is not its source address is discarded."
)
HEADER_SEQUENCE = rule(
    "rfc2402.3.4.3.sequence",
    "RFC 2402 3.4.3, keepalived",
    "A packet whose sequence number is not greater than every one said or heard before is discarded.",
)
TRAILER_MISSING = rule("keepalived.auth-hmac.missing", "keepalived >= 2.4 auth_hmac", "A packet that is not signed is discarded.")
TRAILER_MALFORMED = rule(
    "keepalived.auth-hmac.malformed", "keepalived >= 2.4 auth_hmac", "A packet with something else than a trailer behind it is discarded."
)
TRAILER_STALE = rule(
    "keepalived.auth-hmac.stale",
    "keepalived >= 2.4 auth_hmac",
    "A packet signed longer ago, or more in the future, than the window is discarded.",
)
TRAILER_KEY = rule("keepalived.auth-hmac.unknown-key", "keepalived >= 2.4 auth_hmac", "A packet signed with an unknown key is discarded.")
TRAILER_CODE = rule("keepalived.auth-hmac.invalid", "keepalived >= 2.4 auth_hmac", "A packet whose code is wrong is discarded.")
TRAILER_REPLAY = rule(
    "keepalived.auth-hmac.replay", "keepalived >= 2.4 auth_hmac", "A packet whose sequence number its sender has used before is discarded."
)
ADDRESS_LIST = rule(
    "rfc3768.7.1.address-list", "RFC 3768 7.1", "A packet with another address list is discarded unless its priority is 255."
)
ADDRESS_LIST_REPORTED = rule(
    "keepalived.address-list-reported", "keepalived >= 2.3.3", "Another address list is reported and the packet used."
)
ADVERTISEMENT_INTERVAL = rule(
    "rfc3768.7.1.advertisement-interval", "RFC 3768 5.3.7, 7.1", "A packet with another advertisement interval is discarded."
)
COUNT_ZERO = rule("rfc9568.7.1.count", "RFC 9568 5.2.5, 7.1, erratum 8299", "A version 3 packet without addresses is discarded.")
INTERVAL_ZERO = rule(
    "rfc9568.7.1.interval-zero",
    "RFC 9568 7.1, erratum 8301",
    "A version 3 packet whose interval is 0 is discarded: it would expire at once.",
)
FIRST_LINK_LOCAL = rule(
    "rfc9568.7.1.first-link-local",
    "RFC 9568 5.2.9, 7.1, erratum 8300",
    "An IPv6 packet whose first address is not link-local is discarded.",
)
FIRST_LINK_LOCAL_REPORTED = rule(
    "keepalived.first-link-local-reported",
    "keepalived, FRR",
    "A first IPv6 address that is not link-local is reported and the packet used.",
)
INTERVAL_LEARNT = rule(
    "rfc9568.7.1.interval-differs", "RFC 9568 7.1", "Another advertisement interval in version 3 is reported, and learnt."
)
CHECKSUM_FORM = rule(
    "core.checksum-form",
    "RFC 5798 5.2.8, RFC 9568 5.2.8",
    "The other form of the version 3 IPv4 checksum is reported and the packet used.",
)
DESTINATION = rule(
    "keepalived.destination",
    "RFC 3768 5.2.2, keepalived",
    "A multicast virtual router discards packets not sent to its group, a unicast one those sent to a group.",
)
PEER_UNKNOWN = rule(
    "keepalived.check-unicast-src", "keepalived check_unicast_src", "A unicast packet from a router that is no unicast_peer is discarded."
)
PEER_TTL = rule(
    "keepalived.unicast-peer.ttl",
    "keepalived unicast_peer",
    "A packet whose TTL is not within its sender's min_ttl and max_ttl is discarded.",
)
