"""What the doctor says, as text and as JSON."""

import json

from kaspec.doctor.findings import INTERFACE_DOWN, NETWORK_MANAGER, Fix
from kaspec.report.doctor import doctor_json, doctor_lines

DOWN = INTERFACE_DOWN.of("eth0", "eth0 is down", Fix(("ip link set dev eth0 up",)), Fix(("[Link]", "Up=yes"), "a file"))
MANAGED = NETWORK_MANAGER.of("eth0", "NetworkManager looks after eth0")


def test_a_finding_says_what_why_and_what_to_do() -> None:
    assert list(doctor_lines((DOWN, MANAGED), "k.conf on host")) == [
        "✗ eth0: eth0 is down [D011]",
        f"    why: {INTERFACE_DOWN.why}",
        "    fix: ip link set dev eth0 up",
        "     or: [Link]  (a file)",
        "         Up=yes",
        "",
        "· eth0: NetworkManager looks after eth0 [D051]",
        f"    why: {NETWORK_MANAGER.why}",
        "",
        "k.conf on host: 1 error, 1 notice",
    ]


def test_nothing_found_is_said_too() -> None:
    assert list(doctor_lines((), "k.conf on host")) == ["k.conf on host: nothing found"]


def test_json_has_all_of_it() -> None:
    document = json.loads(doctor_json((DOWN,), "k.conf", "6.1"))
    assert document["file"] == "k.conf"
    (finding,) = document["findings"]
    assert finding["fixes"] == [
        {"commands": ["ip link set dev eth0 up"], "where": None},
        {"commands": ["[Link]", "Up=yes"], "where": "a file"},
    ]
