"""Unicast that is not what it seems."""

from collections.abc import Iterator

from kaspec.address import format_address
from kaspec.config.diagnostics import UNICAST_NO_PEER, UNICAST_NO_SOURCE, UNICAST_SELF, Diagnostic
from kaspec.config.keywords import top
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.reader import Reading


def without_source(reading: Reading) -> Iterator[Diagnostic]:
    """Peers check where packets come from, and the first address of an interface changes when addresses come and go."""
    for instance in reading.section.sections(top.VRRP_INSTANCE):
        if instance.entries(rows.UNICAST_PEER) and instance.last(rows.UNICAST_SRC_IP) is None:
            message = f"{instance.label} has unicast_peer, but no unicast_src_ip: its packets come from whatever address is first"
            yield UNICAST_NO_SOURCE.at(instance.span, message, "add unicast_src_ip with the address that the peers have as theirs")


def to_itself(reading: Reading) -> Iterator[Diagnostic]:
    """A file copied from one router to the other keeps the other's peer, which is this one."""
    for instance in reading.section.sections(top.VRRP_INSTANCE):
        own = instance.value(rows.UNICAST_SRC_IP, None)
        for given in instance.entries(rows.UNICAST_PEER):
            if given.value.address == own:
                message = (
                    f"{format_address(given.value.address)} is the address of {instance.label} itself, so the other router hears nothing"
                )
                yield UNICAST_SELF.at(given.word, message, "write the other router's address here")


def without_peer(reading: Reading) -> Iterator[Diagnostic]:
    """A source alone does not make it unicast."""
    for instance in reading.section.sections(top.VRRP_INSTANCE):
        given = instance.last(rows.UNICAST_SRC_IP)
        if given is not None and not instance.entries(rows.UNICAST_PEER):
            message = f"{instance.label} has unicast_src_ip, but no unicast_peer: it multicasts"
            yield UNICAST_NO_PEER.at(given.span, message, "add unicast_peer { ADDRESS }, or use mcast_src_ip")


RULES = (without_source, to_itself, without_peer)
