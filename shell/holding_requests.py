"""Changes of addresses, routes and rules as requests to the kernel, each with a name for the operator and the refusals that are fine."""

import errno
from collections.abc import Mapping
from functools import lru_cache
from typing import assert_never

from kaspec.report.holdings import holding_words
from kaspec.vrrp.holdings import Holding, PolicyRule, Route, VirtualAddress, interfaces_of
from shell import rtnetlink
from shell.problem import Problem
from shell.requests import Request
from shell.route_messages import route_change, rule_change

HINTS: Mapping[int, str] = {
    errno.ENODEV: "there is no such interface: create it, or correct the name",
    errno.EPERM: "run as root, or with CAP_NET_ADMIN",
    errno.ENETUNREACH: "its gateway is not on the subnet of any address of an interface that is up",
    errno.ENOBUFS: "the kernel is short of memory",
}
"""What an operator can do about a refusal."""
_THERE = (errno.EEXIST,)
_GONE = (errno.EADDRNOTAVAIL, errno.ENODEV, errno.ESRCH, errno.ENOENT)


def request_for(install: bool, holding: Holding, indexes: Mapping[str, int]) -> Request | Problem | None:
    """Return the request that installs or removes an item; ``indexes`` has the interfaces there are.

    A missing interface is a problem to install on; what is to be removed from it went with it.
    """
    if isinstance(holding, VirtualAddress) and (index := indexes.get(holding.interface)) is not None:  # there are many, and haste
        return _address_request(install, holding, index)
    if isinstance(holding, PolicyRule):  # it may name interfaces that are still to come
        return _request(install, holding, ())
    named = interfaces_of(holding)
    missing = next((name for name in named if name not in indexes), None)
    if missing is None:
        return _request(install, holding, tuple((name, indexes[name]) for name in named))
    return Problem(_named(install, holding), errno.ENODEV, HINTS[errno.ENODEV]) if install else None


@lru_cache(maxsize=8192)
def _address_request(install: bool, virtual: VirtualAddress, index: int) -> Request:
    return _request(install, virtual, ((virtual.interface, index),))


@lru_cache(maxsize=8192)
def _request(install: bool, holding: Holding, indexes: tuple[tuple[str, int], ...]) -> Request:
    return Request(_message(install, holding, dict(indexes)), _named(install, holding), _THERE if install else _GONE)


def _message(install: bool, holding: Holding, indexes: Mapping[str, int]) -> bytes:
    match holding:
        case VirtualAddress():
            return rtnetlink.address_change(install, holding, indexes[holding.interface])
        case Route():
            return route_change(install, holding, indexes)
        case PolicyRule():
            return rule_change(install, holding)
        case _:
            assert_never(holding)


def _named(install: bool, holding: Holding) -> str:
    return f"cannot {'set' if install else 'remove'} {holding_words(holding)}"
