"""Examples of checkers in a configuration: what they inherit, and what is told of those that cannot be."""

from kaspec.address import parse_address
from kaspec.config import diagnostics, read
from kaspec.config.checks import Surroundings, build_checks
from kaspec.config.keywords import lvs, top
from kaspec.config.terms import Endpoint, Weight
from kaspec.health.model import Check, DnsCheck, FileCheck, HttpCheck, MiscCheck, ReplyPattern, SmtpCheck, TcpCheck, UdpCheck
from kaspec.units import SECOND, seconds


def built(inside: str, server: str = "", service: str = "", port: int = 80) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    text = f"virtual_server 192.0.2.100 80 {{\nprotocol TCP\n{service}\nreal_server 192.0.2.10 80 {{\n{server}\n{inside}\n}}\n}}\n"
    (section,) = read(text, "x").section.sections(top.VIRTUAL_SERVER)
    (own,) = section.sections(lvs.REAL_SERVER)
    problems: list[diagnostics.Diagnostic] = []
    surroundings = Surroundings(file_weights={"f": Weight(3, True)})
    found = build_checks(own, section, Endpoint(parse_address("192.0.2.10"), port), surroundings, problems.append)
    return found, tuple(each.code for each in problems)


def one(inside: str, server: str = "", service: str = "") -> Check:
    (check,), told = built(inside, server, service)
    assert told == ()
    return check


def test_what_a_checker_does_not_say_its_server_does_or_the_service() -> None:
    check = one("TCP_CHECK {\nretry 5\n}", "delay_loop 7\nconnect_timeout 2", "delay_loop 9\nretry 3\ndelay_before_retry 4\nalpha")
    assert isinstance(check, TcpCheck)
    probing = check.probing
    assert (probing.retry, probing.delay_loop, probing.warmup) == (5, 7 * SECOND, 7 * SECOND)
    assert (probing.delay_before_retry, probing.alpha, check.target.connect_timeout) == (4 * SECOND, True, 2 * SECOND)


def test_defaults_are_each_checker_s_own() -> None:
    waits = [
        (each.probing.retry, each.probing.delay_before_retry)
        for each in built("TCP_CHECK {\n}\nHTTP_GET {\nurl {\npath /\n}\n}\nDNS_CHECK {\n}\nMISC_CHECK {\nmisc_path /bin/true\n}")[0]
    ]
    assert waits == [(1, SECOND), (1, 3 * SECOND), (3, 60 * SECOND), (0, SECOND)]


def test_checkers_keep_the_text_s_order() -> None:
    checks, _ = built("DNS_CHECK {\n}\nTCP_CHECK {\n}\nDNS_CHECK {\nname example.com\n}")
    assert [type(each) for each in checks] == [DnsCheck, TcpCheck, DnsCheck]


def test_a_virtual_host_is_the_url_s_the_checker_s_the_server_s_or_the_service_s() -> None:
    urls = "url {\npath /a\nvirtualhost a\n}\nurl {\npath /b\n}\n"
    check = one(f"HTTP_GET {{\nvirtualhost c\n{urls}}}", "virtualhost d", "virtualhost e")
    assert isinstance(check, HttpCheck)
    assert [url.virtual_host for url in check.urls] == ["a", "c"]
    check = one(f"HTTP_GET {{\n{urls}}}", "virtualhost d", "virtualhost e")
    assert isinstance(check, HttpCheck)
    assert check.urls[1].virtual_host == "d"


def test_nb_get_retry_is_retry_and_the_last_counts() -> None:
    for lines, retry in (("nb_get_retry 4", 4), ("nb_get_retry 4\nretry 2", 2), ("retry 2\nnb_get_retry 4", 4)):
        assert one(f"HTTP_GET {{\n{lines}\nurl {{\npath /\n}}\n}}").probing.retry == retry


def test_each_host_of_an_smtp_check_is_a_check() -> None:
    checks, _ = built("SMTP_CHECK {\nconnect_port 25\nhelo_name h\nhost {\nconnect_ip 192.0.2.11\n}\nhost {\nconnect_port 26\n}\n}")
    assert [(each.target.address, each.target.port, each.helo_name) for each in checks if isinstance(each, SmtpCheck)] == [
        (parse_address("192.0.2.11"), 25, "h"),
        (parse_address("192.0.2.10"), 26, "h"),
    ]


def test_hexadecimal_words_are_octets_and_an_odd_digit_is_a_low_half() -> None:
    check = one("UDP_CHECK {\npayload Ab12f 3 456\nrequire_reply 1x f x\n}")
    assert isinstance(check, UdpCheck)
    assert check.payload == bytes.fromhex("ab120f034506")
    assert check.reply == ReplyPattern(b"\x10\x0f\x00", b"\xf0\xff\xf0")


def test_a_script_has_its_user_and_the_service_s_time() -> None:
    check = one("MISC_CHECK {\nmisc_path \"/bin/check 'a b'\"\nuser nobody\n}", service="delay_loop 7")
    assert isinstance(check, MiscCheck)
    assert (check.line, check.user, check.timeout) == ("/bin/check 'a b'", "nobody", seconds(7))


def test_a_file_has_its_own_weight_or_the_track_file_s() -> None:
    assert one("FILE_CHECK {\ntrack_file f\nweight 5\n}") == FileCheck(one("FILE_CHECK {\ntrack_file f\n}").probing, "f", 5)
    other = one("FILE_CHECK {\ntrack_file f\n}")
    assert isinstance(other, FileCheck)
    assert (other.weight, other.reverse) == (3, True)


def test_what_cannot_be_checked_is_told_and_left_out() -> None:
    assert built("HTTP_GET {\n}") == ((), ("K020",))
    assert built("HTTP_GET {\nurl {\n}\n}") == ((), ("K020",))
    assert built("MISC_CHECK {\n}\nFILE_CHECK {\n}\nBFD_CHECK {\n}") == ((), ("K020",) * 3)
    assert built("TCP_CHECK {\n}", port=0) == ((), ("K020",))
    assert built("PING_CHECK {\n}", port=0)[1] == ()
    assert built("TCP_CHECK {\nbindto 2001:db8::1\n}") == ((), ("K190",))


def test_what_can_never_succeed_is_told() -> None:
    assert built('HTTP_GET {\nurl {\npath /\nregex "("\n}\n}')[1] == ("K191",)
    assert built(f"DNS_CHECK {{\nname {'a' * 64}\n}}")[1] == ("K191",)
