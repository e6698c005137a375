"""Problems of whom an instance speaks to, and of how it proves that it is itself."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation

_HEX = "hex:" + "00112233445566778899aabbccddeeff" * 2

EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.STATE_CLEARED: Explanation(
        "With auth_type AH a router counts its packets on from those it has heard. One that began as MASTER would have heard none, "
        "and nobody would believe its numbers; keepalived takes the wish back.",
        "state MASTER\npriority 150\nauthentication {\n    auth_type AH\n    auth_pass secret\n}",
        "state BACKUP\npriority 150\nauthentication {\n    auth_type AH\n    auth_pass secret\n}",
    ),
    kinds.KEY_UNUSABLE: Explanation(
        "A key of auth_hmac has a number of its own and 32 to 64 bytes, which nobody guesses. Without one that can be used, nothing "
        "is signed and nothing verified.",
        "auth_hmac {\n    key 1 secret\n}",
        f"auth_hmac {{\n    key 1 {_HEX}\n}}",
    ),
    kinds.PEER_TWICE: Explanation(
        "It would be sent every packet twice, and of two TTL ranges one is in vain.",
        "unicast_src_ip 192.0.2.1\nunicast_peer {\n    192.0.2.2\n    192.0.2.2 min_ttl 254\n}",
        "unicast_src_ip 192.0.2.1\nunicast_peer {\n    192.0.2.2 min_ttl 254\n}",
    ),
    kinds.TRANSPORT_UNUSED: Explanation(
        "An instance with unicast_peer sends to its peers alone, one without to its group. What is said for the other way has no "
        "effect, so one of the two is not meant.",
        "unicast_ttl 64",
        "unicast_ttl 64\nunicast_src_ip 192.0.2.1\nunicast_peer {\n    192.0.2.2\n}",
    ),
}
