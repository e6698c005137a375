"""Hypothesis strategies: any trace there is."""

import string
from typing import TypeVar

from hypothesis import strategies as st

from kaspec.address import Address
from kaspec.rules import RULES
from kaspec.trace import language as t
from kaspec.tracking import Finding
from kaspec.units import Instant
from kaspec.wire.checksum import CHECKSUM_FORMS

_Value = TypeVar("_Value")
CONFIGURATIONS = (
    "vrrp_instance VI_1 { interface eth0  virtual_router_id 51  priority 100  virtual_ipaddress { 192.0.2.100/24 } }",
    "# a comment of the configuration\nvrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 7\n\n    priority 150\n}",
    "",
)
INSTANCE = "VI_1"

comment = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=20).map(str.rstrip)
comments = st.lists(comment, max_size=2).map(tuple)
v4 = st.binary(min_size=4, max_size=4).map(Address)
v6 = st.binary(min_size=16, max_size=16).map(Address)
addresses = st.lists(v4 | v6, max_size=3).map(tuple)
prefixed = st.lists(st.tuples(v4, st.integers(0, 32)) | st.tuples(v6, st.integers(0, 128)), max_size=3).map(tuple)
octet = st.integers(0, 255)
nibble = st.integers(0, 15)
instant = st.integers(0, 10**15).map(Instant)
interface = st.text(string.ascii_lowercase + string.digits + ".-@:_", min_size=1, max_size=15)
rule = st.sampled_from(sorted(RULES))
router_name = st.text(string.ascii_letters + "_", min_size=1, max_size=8)


def maybe(strategy: st.SearchStrategy[_Value]) -> st.SearchStrategy[_Value | None]:
    return st.none() | strategy


advert_fields = st.builds(
    t.AdvertFields,
    source=maybe(v4 | v6),
    destination=maybe(v4 | v6),
    ttl=maybe(octet),
    protocol=maybe(octet),
    version=maybe(nibble),
    type=maybe(nibble),
    vrid=maybe(octet),
    priority=maybe(octet),
    count=maybe(octet),
    auth_type=maybe(octet),
    interval=maybe(octet | st.integers(0, 4095)),
    reserved=maybe(nibble),
    addresses=maybe(addresses),
    auth_data=maybe(st.binary(min_size=8, max_size=8)),
    checksum=maybe(st.integers(0, 65535) | st.sampled_from(("wrong", *CHECKSUM_FORMS))),
    truncated=maybe(st.integers(1, 65535)),
    trailing=maybe(st.binary(min_size=1, max_size=9)),
    message=maybe(st.binary(max_size=40)),
)
links = st.builds(t.LinkIs, interface, st.sampled_from(["up", "down", "gone"]), maybe(addresses))
tracked = st.text(string.ascii_letters + string.digits + ".-@:_,;[]/", min_size=1, max_size=9)
reports = st.builds(t.Reports, st.tuples(st.sampled_from(("script", "process", "bfd")), tracked), maybe(st.booleans().map(Finding)))
file_reports = st.builds(t.Reports, st.tuples(st.just("file"), tracked), maybe(st.integers(-999, 999).map(Finding.of_file)))
configuration = st.sampled_from(CONFIGURATIONS).map(t.Configuration)
item = st.one_of(
    st.builds(t.Sends, advert_fields),
    st.builds(t.Installs, prefixed),
    st.builds(t.Removes, prefixed),
    st.builds(t.Announces, addresses, st.integers(0, 999)),
    st.builds(t.Notifies, st.sampled_from(["MASTER", "BACKUP", "FAULT", "STOP", "MASTER_RX_LOWER_PRI"])),
    st.builds(t.Remarks, rule),
    st.builds(t.Is, st.sampled_from(["init", "backup", "master", "fault"])),
    st.builds(t.HasDeadline, maybe(instant)),
    st.builds(t.HasPriority, octet),
    st.just(t.Nothing()),
    st.just(t.Discarded()),
)


def _stimulus(names: list[str]) -> st.SearchStrategy[t.Stimulus]:
    sender = st.none() | st.builds(t.Subject, st.sampled_from(names))
    return st.one_of(
        st.sampled_from([t.Starts(), t.Stops(), t.Crashes(), t.Deadline()]),
        st.builds(t.ReceivesAdvert, advert_fields, sender, maybe(interface)),
        st.builds(t.ReceivesDatagram, st.binary(max_size=60), maybe(interface)),
        links,
        reports,
        file_reports,
        st.builds(t.AddressesAre, interface, addresses),
        st.builds(t.Reloads, configuration),
    )


@st.composite
def _moment(draw: st.DrawFn, names: list[str], violated: bool) -> t.Moment:
    name = draw(st.sampled_from(names))
    subject = t.Subject(name)
    expectations = st.builds(
        t.Expectation,
        st.just(subject),
        st.lists(item, min_size=1, max_size=4).map(tuple),
        maybe(rule),
        st.booleans(),
        st.booleans() if violated else st.just(False),
        comments,
        comment,
    )
    anything = st.builds(t.Expectation, st.none(), partial=st.just(True), comments=comments, note=comment)
    return t.Moment(
        draw(instant),
        subject,
        draw(_stimulus(names)),
        tuple(draw(st.lists(expectations | anything, max_size=3))),
        draw(comments),
        draw(comment),
    )


@st.composite
def traces(draw: st.DrawFn) -> t.Trace:
    """Any trace that can be written: what it says need not hold."""
    names = draw(st.lists(router_name, min_size=1, max_size=3, unique=True))
    moments = sorted(draw(st.lists(_moment(names, violated=True), max_size=5)), key=lambda moment: moment.at)
    violated = any(each.forbidden for moment in moments for each in moment.expectations)
    clause = st.from_regex(r"V[0-9]-[0-9.]{1,6}-[0-9]{2}", fullmatch=True)
    polarity = st.just("violated" if violated else "holds")
    clauses = st.builds(t.Clauses, st.lists(clause, min_size=1, max_size=3).map(tuple), polarity, comments, comment)
    statements: list[t.Statement] = draw(st.lists(clauses, min_size=violated, max_size=2))
    if draw(st.booleans()):
        statements.append(draw(st.builds(t.UsesProfile, st.sampled_from(["keepalived", "rfc3768"]), comments, comment)))
    if draw(st.booleans()):
        statements.append(draw(st.builds(t.Recorded, maybe(instant), comments, comment)))
    interfaces = st.lists(st.builds(t.Interface, interface, addresses, st.booleans()), max_size=3).map(tuple)
    routers = tuple(draw(st.builds(t.Router, st.just(name), interfaces, configuration, comments, comment)) for name in names)
    return t.Trace(tuple(statements), routers, tuple(moments), draw(comments))
