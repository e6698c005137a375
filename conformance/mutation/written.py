"""What is broken by hand: ways of getting a rule wrong that are more than one wrong step, and the holes that are known."""

from collections.abc import Mapping

from conformance.mutation import version2, version3
from conformance.mutation.mutant import Mutant
from conformance.mutation.version2 import receiving
from kaspec import rules
from kaspec.rules import Rule
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived
from kaspec.vrrp.reception import Verdict, receive
from kaspec.vrrp.router import VirtualRouter
from kaspec.wire.ip import Packet


def _compares_in_order(router: VirtualRouter, packet: Packet) -> Verdict | None:
    verdict = receive(router, packet)
    own = tuple(each.address for each in router.addresses)
    if isinstance(verdict, AdvertisementReceived) and verdict.advertisement.addresses != own:
        return AdvertisementDiscarded(rules.ADDRESS_LIST, packet.source)
    return None


def _of_version_2(**stems: str) -> Mapping[str, Mutant]:
    return {name.replace("_", " "): version2.COMMITS[stem] for name, stem in stems.items()}


def _of_version_3(**stems: str) -> Mapping[str, Mutant]:
    return {name.replace("_", " "): version3.COMMITS[stem] for name, stem in stems.items()}


WRITTEN: Mapping[Rule, Mapping[str, Mutant]] = {
    rules.VERSION: _of_version_2(looked_at_before_the_TTL="7.1-order-ttl-before-version"),
    rules.INCOMPLETE: _of_version_2(looked_at_before_the_version="7.1-order-version-before-length"),
    rules.CHECKSUM: {
        **_of_version_2(with_a_pseudo_header="5.1-golden-bytes-heard", looked_at_before_the_length="7.1-order-length-before-checksum"),
        **_of_version_3(without_a_pseudo_header="5.2.8-checksum-received"),
    },
    rules.VRID: _of_version_2(anywhere="7.1-vrid", looked_at_before_the_checksum="7.1-order-checksum-before-vrid"),
    rules.OWNER: _of_version_2(looked_at_before_the_checksum="7.1-order-checksum-before-owner"),
    rules.AUTH_TYPE_UNKNOWN: _of_version_2(looked_at_before_the_owner="7.1-order-owner-before-authentication"),
    rules.PASSWORD: _of_version_2(
        of_seven_bytes="rfc2338-5.3.6.2-eight-bytes", wanted_where_there_is_none="5.3.10-authentication-data-ignored"
    ),
    rules.ADDRESS_LIST: {
        "compared in order": receiving(_compares_in_order),
        **_of_version_2(of_an_owner_too="7.1-addresses-of-the-owner"),
    },
    rules.ADVERTISEMENT_INTERVAL: _of_version_2(looked_at_before_the_authentication="7.1-order-authentication-before-interval"),
    rules.BACKUP_STARTS: _of_version_2(as_an_owner="6.4.1-backup-starts"),
    rules.OWNER_STARTS: _of_version_2(as_Backup="6.4.1-owner-starts"),
    rules.MASTER_DOWN: {
        **_of_version_2(in_centiseconds="6.1-vector-1", skewed_by_the_interval="6.1-vector-2"),
        **_of_version_3(skewed_by_a_second="6.4.2-skew-of-the-learnt-interval"),
    },
    rules.BACKUP_PRIORITY_ZERO: _of_version_2(taken_for_255="6.4.2-priority-zero", taken_for_low="6.4.2-priority-zero-ignored"),
    rules.BACKUP_REFRESHED: {
        **_of_version_2(not_by_an_equal="6.4.2-equal-priority"),
        **_of_version_3(learns_no_interval="6.4.2-learns-the-interval"),
    },
    rules.BACKUP_NO_PREEMPT: _of_version_2(preempts_all_the_same="6.4.2-no-preempt"),
    rules.BACKUP_LOWER: _of_version_2(never_preempts="6.4.2-lower-priority"),
    rules.ADVER_TIMER: _of_version_2(every_third_interval="6.4.3-adver-timer-restarts"),
    rules.MASTER_YIELDS: _of_version_2(says_good_bye="6.4.3-higher-priority-silently"),
    rules.MASTER_YIELDS_TIE: {
        **_of_version_2(
            to_the_lower_address="6.4.3-tie-lower-address",
            in_the_order_of_this_machine="6.4.3-tie-is-in-network-order",
            by_signed_numbers="6.4.3-tie-is-unsigned",
        ),
        **_of_version_3(by_signed_numbers_of_IPv6="6.4.3-tie-is-unsigned-ipv6"),
    },
    rules.OVERSLEPT: {"never rests": {"kaspec.vrrp.master._overslept": lambda *_: False}},
    rules.GROUP_WAITS: {"waits for nobody": {"kaspec.settling.wants_master": lambda _: True}},
    rules.GROUP_MASTER: {"nobody follows": {"kaspec.settling.move": lambda *_: None}},
    rules.GROUP_FAULT: {"not shared": {"kaspec.node.share": lambda standings, _: tuple(standings)}},
}
"""By rule and by a name that says what is wrong."""
