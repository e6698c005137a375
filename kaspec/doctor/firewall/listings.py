"""What the programs list, together: the same rules may be seen by two of them."""

from collections.abc import Iterable
from typing import Literal

from kaspec.doctor.firewall.iptables import read_iptables
from kaspec.doctor.firewall.nftables import read_nftables
from kaspec.doctor.firewall.rules import Chain, Origin
from kaspec.frozen import frozen


@frozen
class Unseen:
    """A fact that could not be learnt, and why; ``needs_root`` if root could have."""

    reason: str
    needs_root: bool = False


@frozen
class Listing:
    """What a program listed, for both families (nft) or for one."""

    program: Origin
    family: Literal["ip", "ip6"]
    text: str | Unseen


def combine(listings: Iterable[Listing]) -> tuple[tuple[Chain, ...], tuple[Unseen, ...]]:
    """Return all rules, and what could not be read.

    Tables that iptables made in nftables are taken as iptables tells them: it knows all of what it wrote there.
    """
    chains: list[Chain] = []
    unread: list[Unseen] = []
    for listing in listings:
        match listing.text:
            case Unseen():
                unread.append(listing.text)
            case text if listing.program == "nft":
                read = read_nftables(text)
                chains.extend(read or ())
                if read is None:
                    unread.append(Unseen("nft listed rules that are not understood"))
            case text:
                read = read_iptables(text, listing.family, listing.program)
                if "nf_tables" in text or "nft-save" in text:
                    told = {(chain.family, chain.table) for chain in read}
                    chains = [chain for chain in chains if chain.origin != "nft" or (chain.family, chain.table) not in told]
                chains.extend(read)
    return tuple(chains), tuple(unread)
