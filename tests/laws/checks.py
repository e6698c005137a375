"""What the laws of health checkers quantify over."""

from attrs import evolve
from hypothesis import strategies as st

from kaspec.address import parse_address
from kaspec.config.compounds import REGEX_OPTIONS
from kaspec.health import model
from kaspec.health.credentials import Credentials
from kaspec.health.model import Check
from kaspec.units import SECOND, Interval

delays = st.sampled_from((Interval(1), Interval(SECOND // 10), SECOND, Interval(3_500_000), Interval(60 * SECOND)))
probings = st.builds(
    model.Probing, delays, delays | st.just(Interval(0)), st.integers(0, 4), delays | st.just(Interval(0)), st.booleans(), st.booleans()
)
addresses = {4: tuple(map(parse_address, ("192.0.2.10", "192.0.2.11"))), 6: tuple(map(parse_address, ("2001:db8::10", "fe80::1")))}
ports = st.integers(1, 65535)
targets = st.sampled_from((4, 6)).flatmap(
    lambda family: st.builds(
        model.Target,
        st.sampled_from(addresses[family]),
        ports,
        st.none() | st.sampled_from(addresses[family]),
        st.none() | ports,
        st.none() | st.just("eth0"),
        st.integers(0, 0xFFFF_FFFF),
        delays,
    )
)
names = st.sampled_from(("example.com", "www.example.com", "a b"))
paths = st.sampled_from(("/", "/healthz", "/a?b=c d"))
codes = st.lists(st.tuples(st.integers(100, 599), st.integers(100, 599)).map(lambda each: (min(each), max(each))), min_size=1, max_size=3)
patterns = st.builds(
    model.Pattern,
    st.sampled_from(("ok", "status: *ok", r'"a\d+" \\ end', "^x$")),
    st.lists(st.sampled_from(tuple(REGEX_OPTIONS)), max_size=3).map(tuple),
    st.booleans(),
    st.integers(0, 20),
    st.none() | st.integers(0, 20),
    st.none() | st.just((1024, 65536)),
)
digests = st.binary(min_size=16, max_size=16).map(bytes.hex)
urls = st.builds(model.Url, paths, codes.map(tuple), st.none() | digests, st.none() | names, st.none() | patterns, st.booleans())
credentials = st.builds(Credentials, *(st.none() | st.sampled_from((f"/etc/keepalived/{name}", "secret")) for name in "abcd"))
http_checks = st.builds(
    model.HttpCheck,
    probings,
    targets,
    st.lists(urls, min_size=1, max_size=3).map(tuple),
    st.booleans(),
    st.sampled_from(("1.0", "1.0C", "1.1")),
    st.just(value=True),
    st.none() | names,
    st.booleans(),
    st.booleans(),
)
replies = st.binary(min_size=1, max_size=6).flatmap(
    lambda octets: st.lists(st.sampled_from((0x00, 0x0F, 0xF0, 0xFF)), min_size=len(octets), max_size=len(octets)).map(
        lambda mask: model.ReplyPattern(bytes(octet & bits for octet, bits in zip(octets, mask, strict=True)), bytes(mask))
    )
)
lengths = st.integers(0, 65535)
udp_checks = st.builds(
    lambda check, reply: evolve(check, require_reply=check.require_reply or reply is not None, reply=reply),
    st.builds(
        model.UdpCheck,
        probings,
        targets,
        st.binary(min_size=1, max_size=40),
        st.booleans(),
        min_reply_length=lengths,
        max_reply_length=lengths,
    ),
    st.none() | replies,
)
misc_checks = st.builds(
    model.MiscCheck,
    probings,
    st.sampled_from(("/bin/true", "/usr/local/bin/check.sh 'a b' c")),
    st.none() | st.just("nobody"),
    st.none(),
    st.sampled_from((SECOND, Interval(60 * SECOND))),
    st.booleans(),
)
checks: st.SearchStrategy[Check] = st.one_of(
    st.builds(model.TcpCheck, probings, targets),
    http_checks,
    st.builds(model.SmtpCheck, probings, targets, names),
    st.builds(model.DnsCheck, probings, targets, st.sampled_from(("A", "SOA", "TXT", "DNSKEY")), st.sampled_from((".", "example.com"))),
    misc_checks,
    udp_checks,
    st.builds(model.PingCheck, probings, targets),
    st.builds(model.FileCheck, probings, st.just("f"), st.integers(-254, 254), st.booleans()),
    st.builds(lambda alpha: model.BfdCheck(model.Probing(alpha=alpha), "b"), st.booleans()),
)
