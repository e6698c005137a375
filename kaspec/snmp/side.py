"""What one process shows by SNMP, as functions: VRRP's and the checker's subagents differ in nothing else."""

from collections.abc import Callable
from typing import Generic, TypeVar

from kaspec.config.model import Snmp
from kaspec.frozen import frozen
from kaspec.snmp.values import Binding, Oid
from kaspec.snmp.view import View

S = TypeVar("S")
O = TypeVar("O")  # noqa: E741 - a type, not a number


@frozen
class Side(Generic[S, O]):
    """Which subtrees it answers for, what is there in a snapshot, which outcomes may be worth a notification, and which they are."""

    regions: Callable[[Snmp], tuple[Oid, ...]]
    shown: Callable[[Snmp, S], View]
    is_telling: Callable[[O], bool]
    notifications: Callable[[Snmp, S, O], tuple[tuple[Binding, ...], ...]]
