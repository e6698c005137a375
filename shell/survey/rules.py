"""Rules of packet filters, as their programs list them."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from kaspec.doctor.firewall.listings import Listing, Unseen
from kaspec.doctor.firewall.rules import Origin

PATIENCE = 10.0
"""Seconds that a program may take to list its rules."""
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""An ordinary user's PATH need not have the directories of these programs."""
_FAMILIES: tuple[tuple[Literal["ip", "ip6"], str], ...] = (("ip", "iptables"), ("ip6", "ip6tables"))


def look_at_rules() -> tuple[Listing, ...]:
    """List the rules of nftables, and of iptables in both its forms."""
    return (*_nft(), *(listing for family, name in _FAMILIES for listing in _iptables(family, name)))


def _nft() -> Iterator[Listing]:
    text = _listed("nft", "-j", "list", "ruleset")
    if text is not None:
        yield Listing("nft", "ip", text)
    elif (count := _tables()) != 0:
        how_many = "there may be nftables rules" if count is None else f"the kernel has {count} nftables tables"
        yield Listing("nft", "ip", Unseen(f"{how_many}, and the program nft is not installed", needs_root=False))


def _iptables(family: Literal["ip", "ip6"], name: str) -> Iterator[Listing]:
    """List what ``iptables-save`` lists, and then with its other form, unless that is the same one."""
    forms: list[tuple[Origin, str]] = [("iptables", name), ("iptables-nft", f"{name}-nft"), ("iptables-legacy", f"{name}-legacy")]
    seen: set[bool] = set()
    for program, prefix in forms:
        if program == "iptables-legacy" and not _legacy_tables(name):
            continue
        text = _listed(f"{prefix}-save")
        if not text:
            continue  # no such program, or no rules, and then not a word about which form it is either
        in_nftables = "-nft" in prefix if isinstance(text, Unseen) else "nf_tables" in text[:200]
        if in_nftables not in seen:
            seen.add(in_nftables)
            yield Listing(program, family, text)
    if False not in seen and (tables := _legacy_tables(name)):
        yield Listing("iptables-legacy", family, Unseen(f"the kernel has {name} tables ({tables}), and {name}-save is not installed"))


def _legacy_tables(name: str) -> str:
    """Return the names of the legacy tables that the kernel has in this network namespace."""
    try:
        return ", ".join(Path("/proc/net", name.replace("tables", "_tables_names")).read_text().split())
    except OSError:
        return ""


def _listed(program: str, *arguments: str) -> str | Unseen | None:
    """Run a program and return what it prints; ``None`` if there is no such program."""
    path = shutil.which(program) or shutil.which(program, path=SEARCH_PATH)
    if path is None:
        return None
    try:
        done = subprocess.run((path, *arguments), capture_output=True, timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Unseen(f"{program} could not be run: {error}")
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        return Unseen(f"{program} could not list the rules ({reason})", needs_root="permitted" in reason or "root" in reason)
    return done.stdout.decode(errors="replace")


def _tables() -> int | None:
    """Ask the kernel how many nftables tables there are; ``None`` if it does not tell."""
    try:
        from pyroute2.nftables.main import NFTables

        with NFTables() as netlink:  # type: ignore[no-untyped-call]
            return len(list(netlink.get_tables()))
    except Exception:  # pyroute2 raises its own, and those of the kernel
        return None
