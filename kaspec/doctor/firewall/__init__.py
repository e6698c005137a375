"""Packet filters as values: rules read from nftables and iptables, and what becomes of one packet.

``judge`` answers for a packet that is known only as far as a configuration tells: where that, or our knowledge of a rule, does not
suffice, it says that it cannot tell.
"""

from kaspec.doctor.firewall.adverts import advert
from kaspec.doctor.firewall.iptables import read_iptables
from kaspec.doctor.firewall.listings import Listing, Unseen, combine
from kaspec.doctor.firewall.nftables import read_nftables
from kaspec.doctor.firewall.rules import Base, Chain, Rule
from kaspec.doctor.firewall.walk import Judgement, Packet, Place, judge

__all__ = [
    "Base",
    "Chain",
    "Judgement",
    "Listing",
    "Packet",
    "Place",
    "Rule",
    "Unseen",
    "advert",
    "combine",
    "judge",
    "read_iptables",
    "read_nftables",
]
