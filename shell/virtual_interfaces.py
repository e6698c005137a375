"""The virtual interfaces of this host's virtual routers: made, kept as they are to be, and removed at the end."""

import errno
from collections.abc import Iterable, Iterator, Sequence

from kaspec.vrrp.virtual_interface import VirtualInterface, kernel_settings, loosened
from shell.link_messages import link_creation, link_raising, link_removal, link_silencing
from shell.netlink import Interface, Kernel
from shell.problem import Problem
from shell.requests import Request
from shell.sysctls import Sysctls, reverse_path_filters


class VirtualInterfaces:
    """Those of one process; a process that was killed leaves its own to the next, which finds them by name and MAC address."""

    def __init__(self, kernel: Kernel, sysctls: Sysctls) -> None:
        self._kernel, self._sysctls = kernel, sysctls
        self._wanted: tuple[VirtualInterface, ...] = ()
        self._refused: set[str] = set()

    @property
    def lacking(self) -> bool:
        """Whether one is not there although it could be made: somebody removed it, or what it is made over has come."""
        return any(
            each.name not in self._kernel.interfaces and each.base in self._kernel.interfaces and each.name not in self._refused
            for each in self._wanted
        )

    def provide(self, wanted: Sequence[VirtualInterface]) -> tuple[tuple[VirtualInterface, ...], tuple[Problem, ...]]:
        """Have these and no others, each up and set right; return those that were made, and a problem for each thing that was refused.

        One over an interface that does not exist (yet) waits for it and is no problem.
        """
        gone = tuple(each for each in self._wanted if each not in wanted)
        if not wanted and not gone:
            return (), ()
        self._refused.clear()
        problems = list(self._remove(gone))
        lacking = tuple(each for each in wanted if each.name not in self._kernel.interfaces)
        problems += self._make(wanted)
        self._wanted = tuple(wanted)
        there = tuple(each for each in wanted if self._is_ours(each))
        unfiltered = tuple(each.name for each in there if 4 in each.families)
        settings = (*(loosened(reverse_path_filters(), unfiltered) if unfiltered else ()), *kernel_settings(there))
        problems += self._sysctls.apply(settings)
        problems += self._kernel.carry_out([request for each in there for request in _raising(each, self._kernel.interfaces[each.name])])
        self._kernel.catch_up()
        problems += self._sysctls.settle(kept=(*(each.path for each in settings), *(_filters() if unfiltered else ())))
        return tuple(each for each in lacking if each in there), tuple(problems)

    def close(self) -> tuple[Problem, ...]:
        """Remove them all, and bring the kernel's settings back to what they were."""
        gone, self._wanted = self._wanted, ()
        return (*self._remove(gone), *self._sysctls.settle())

    def _make(self, wanted: Iterable[VirtualInterface]) -> Iterator[Problem]:
        """Make those that are not there; one of the name that is not ours is left alone and told."""
        creations = []
        for each in wanted:
            base, there = self._kernel.interfaces.get(each.base), self._kernel.interfaces.get(each.name)
            if there is not None and not self._is_ours(each):
                self._refused.add(each.name)
                hint = "another program's interface has this name: remove it, or name ours with use_vmac NAME"
                yield Problem(f"cannot make the interface {each.name} over {each.base}", errno.EEXIST, hint)
            elif there is None and base is not None:
                creations.append(Request(link_creation(each, base.index), f"cannot make the interface {each.name} over {each.base}"))
        yield from self._kernel.carry_out(creations)
        self._kernel.catch_up()
        self._refused |= {each.name for each in wanted if each.name not in self._kernel.interfaces and each.base in self._kernel.interfaces}

    def _is_ours(self, wanted: VirtualInterface) -> bool:
        """Tell whether there is such an interface, with the MAC address that ours has."""
        there, base = self._kernel.interfaces.get(wanted.name), self._kernel.interfaces.get(wanted.base)
        return there is not None and base is not None and there.mac == (wanted.mac or base.mac)

    def _remove(self, gone: Iterable[VirtualInterface]) -> Iterator[Problem]:
        removals = [
            Request(link_removal(self._kernel.interfaces[each.name].index), f"cannot remove the interface {each.name}", (errno.ENODEV,))
            for each in gone
            if self._is_ours(each)
        ]
        yield from self._kernel.carry_out(removals)
        self._kernel.catch_up()


def _raising(wanted: VirtualInterface, there: Interface) -> Iterator[Request]:
    yield Request(link_silencing(there.index), f"cannot keep IPv6 addresses from {wanted.name}", (errno.EAFNOSUPPORT,))
    yield Request(link_raising(there.index), f"cannot bring {wanted.name} up")


def _filters() -> Iterator[str]:
    """Everything that was moved when reverse path filtering was."""
    return (f"ipv4/conf/{name}/rp_filter" for name in reverse_path_filters())
