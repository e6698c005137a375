"""What checks go by, and is not there."""

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
