"""What is tracked and what checks go by: it should be there, and above."""

import pytest

from kaspec.config import read
from kaspec.config.lint import lint

SERVICE = "virtual_server 192.0.2.100 80 {{\n protocol TCP\n lb_algo rr\n real_server 192.0.2.1 80 {{\n {}\n }}\n}}\n"
SESSION = "bfd_instance peer {\n neighbor_ip 192.0.2.1\n}\n"
FILE = "track_file load {\n file /run/load\n}\n"


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("BFD_CHECK {\n name pear\n }", "there is no bfd_instance pear, so this check stays as it begins"),
        ("FILE_CHECK {\n track_file lead\n }", "there is no track_file lead, so this check stays as it begins"),
        ("BFD_CHECK {\n name peer\n }\n FILE_CHECK {\n track_file load\n }", None),
    ],
)
def test_a_check_that_goes_by_nothing_is_told_of(check: str, message: str | None) -> None:
    reading = read(SESSION + FILE + SERVICE.format(check), "a.conf")
    assert reading.diagnostics == ()
    assert [(each.code, each.message) for each in lint(reading)] == ([] if message is None else [("K112", message)])


INSTANCE = "vrrp_instance V {{\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {{\n 192.0.2.100/24\n }}\n {}\n}}\n"
GROUP = "vrrp_sync_group G {\n group {\n V\n W\n }\n track_script {\n chk\n }\n}\n"
SCRIPT = "vrrp_script chk {\n script /bin/true\n}\n"
PROCESS = "vrrp_track_process p {\n process nginx\n}\n"


@pytest.mark.parametrize(
    ("definition", "user", "name"),
    [
        (SCRIPT, INSTANCE.format("track_script {\n chk\n }"), "vrrp_script chk"),
        (FILE, INSTANCE.format("track_file {\n load\n }"), "track_file load"),
        (PROCESS, INSTANCE.format("track_process {\n p\n }"), "vrrp_track_process p"),
        (SESSION, INSTANCE.format("track_bfd {\n peer\n }"), "bfd_instance peer"),
        (SCRIPT, GROUP, "vrrp_script chk"),
        (FILE, SERVICE.format("FILE_CHECK {\n track_file load\n }"), "track_file load"),
        (SESSION, SERVICE.format("BFD_CHECK {\n name peer\n }"), "bfd_instance peer"),
    ],
)
def test_what_is_defined_below_keepalived_does_not_find(definition: str, user: str, name: str) -> None:
    """As keepalived 2.2.7 -t says of each: "not found, ignoring", or "not configured"."""
    (told,) = (each for each in lint(read(user + definition, "a.conf")) if each.code == "K135")
    assert told.message == f"{name} is defined below, where keepalived does not find it: there, this line tracks nothing"
    assert [span.line for span, _ in told.related] == [user.count("\n") + 1]
    assert "K135" not in {each.code for each in lint(read(definition + user, "a.conf"))}
    assert "K135" not in {each.code for each in lint(read(definition + user + definition, "a.conf"))}
