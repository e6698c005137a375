"""What a plan says of LVS settings: in keepalived's words, and without passwords."""

from kaspec.config import read
from kaspec.plan import plan
from kaspec.report.plan import render_plan


def test_lvs_settings_are_told_in_keepalived_s_words() -> None:
    new = "global_defs {\n lvs_timeouts tcp 900\n lvs_sync_daemon eth0 inst VI_1 id 7\n lvs_flush\n}\nSSL {\n ca /ca\n password secret\n}\n"
    lines = render_plan(plan(read("", "a").configuration, read(new, "b").configuration))
    assert lines[:-1] == (
        "global_defs: changes",
        "    virtual_server no -> yes",
        "    lvs_timeouts none -> tcp 900",
        "    lvs_flush no -> yes",
        "    lvs_sync_daemon none -> eth0 inst VI_1 id 7",
        "    SSL none -> ca /ca password",
    )
