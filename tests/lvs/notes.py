"""The `virtual_server` section of the notes that the project began with, whole, in the kernel lab: blocks, synopsis, example, alternatives.

Its words stand as they are; only what it leaves open is filled in: addresses, ports, numbers, the digests of the pages there are.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.lvs.playing import Play, Player, play
from tests.lvs.serving import ALWAYS, Web
from tests.lvs.tables import told

PAGES = ("/", "/mrtg/")
GENHASH = {"kaspec": str(Path(sys.executable).with_name("genhash")), "keepalived": "genhash"}
SETTING = """
virtual_server 198.51.100.100 80 {
    # delay timer for service polling
    delay_loop 6

    # rr|wrr|lc|wlc|lblc|sh|dh
    lb_algo wlc

    # NAT|DR|TUN
    lb_kind NAT

    nat_mask 255.255.255.0
    persistence_timeout 50

    protocol TCP

    # suspend healthchecker’s activity
    # ha_suspend

    # HTTP_GET or SSL_GET 時用, virtualhost <STRING>
    # virtualhost www.firewall.loc

    # Script to launch when quorum is gained.
    quorum_up "/bin/sh -c 'echo up >> /run/told'"

    # Script to launch when quorum is lost.
    quorum_down "/bin/sh -c 'echo down >> /run/told'"

    # Real_server Section
    real_server 192.0.2.11 80 {

        weight 1

        #支援這些 check HTTP_GET|SSL_GET|TCP_CHECK|SMTP_CHECK|MISC_CHECK
        HTTP_GET {
            # A url to test
            url {
              path /
              digest DIGEST OF /
              status_code 200
            }
            url {
              path /mrtg/
              digest DIGEST OF /mrtg/
            }

            connect_timeout 3
            # number of get retry
            nb_get_retry 3
            delay_before_retry 3

        }
    }
}
"""
SYNOPSIS = """
virtual_server ADDRESSED {
    delay_loop 3
    lb_algo wrr
    lb_kind KIND
    persistence_timeout 50
    persistence_granularity 255.255.255.0
    virtualhost www.firewall.loc
    protocol TCP

    sorry_server 192.0.2.13 80

    real_server 192.0.2.11 80 {
        weight 1
        TCP_CHECK {
            connect_port 81
            connect_timeout 2
        }
    }
    real_server 192.0.2.12 80 {
        weight 2
        MISC_CHECK {
            misc_path /run/script.sh
        }
        MISC_CHECK {
            misc_path "/run/script.sh /run/verdict"
        }
    }
    real_server 192.0.2.13 82 {
        weight 3
        HTTP_GET {
            url { # You can add multiple url block
            path /
            digest DIGEST OF /
        }
        connect_port 82
        connect_timeout 2
        nb_get_retry 1
        delay_before_retry 1
        }
    }
}
"""
ALTERNATIVES = tuple(
    (algorithm, ("NAT", "DR", "TUN")[place % 3], ("TCP", "UDP")[place % 2])
    for place, algorithm in enumerate(("rr", "wrr", "lc", "wlc", "sh", "dh", "lblc"))
)
"""Every word that the synopsis offers for ``lb_algo``, ``lb_kind`` and ``protocol``."""
HOW = {"NAT": "Masq", "DR": "Route", "TUN": "Tunnel"}
SCRIPT = '#!/bin/sh\n[ -z "$1" ] || exit $(cat $1)\n'
FIRST, SECOND, THIRD = "TCP 198.51.100.100:80", "TCP 198.51.100.101:80", "FWM 7"
BEHIND = ["192.0.2.11:80 Masq 1", "192.0.2.12:80 Masq 2", "192.0.2.13:82 Masq 3"]
BEHIND_MARK = ["192.0.2.11:0 Route 1", "192.0.2.12:0 Route 2", "192.0.2.13:0 Route 3"]
Webs = dict[tuple[Player, int, int], Web]


def configuration(digests: Mapping[str, str]) -> str:
    """Return the whole configuration for pages of these digests."""
    text = SETTING
    for addressed, kind in (("198.51.100.101 80", "NAT"), ("fwmark 7", "DR")):
        text += SYNOPSIS.replace("ADDRESSED", addressed).replace("KIND", kind)
    for place, (algorithm, kind, protocol) in enumerate(ALTERNATIVES):
        head = f"lb_algo {algorithm}\n    lb_kind {kind}\n    protocol {protocol}"
        text += f"virtual_server 198.51.100.102 {9000 + place} {{\n    {head}\n    real_server 192.0.2.11 {9000 + place} {{\n    }}\n}}\n"
    for page in sorted(PAGES, reverse=True):
        text = text.replace(f"DIGEST OF {page}\n", f"{digests[page]}\n")
    return text


def run(order: Any) -> Any:  # noqa: ARG001  (a job has one)
    """Play the story; returns what ``Play.answer`` does, the digests of genhash among the notes."""
    with play((11, 12, 13)) as now:
        webs = {(player, number, port): _web(player, number, port) for player in now.players for number, port in _PLACES}
        for web in webs.values():
            web.start()
        now.note("digests", _digests)
        now.each(_start)
        now.settle("begun", {FIRST: BEHIND[:1], SECOND: BEHIND, THIRD: BEHIND_MARK} | _ALTERNATIVES)
        _fail(now, webs)
        now.settle("failed", {FIRST: [], SECOND: ["192.0.2.13:80 Masq 1"], THIRD: ["192.0.2.13:0 Route 1"]})
        _mend(now, webs)
        now.settle("mended", {SECOND: BEHIND, THIRD: BEHIND_MARK})
        now.note("hosts", lambda player: sorted({answer.host for answer in webs[player, 13, 82].mood.answers} - {"192.0.2.13:82"}))
        now.note("exit", lambda player: player.stop())
        now.note("told", lambda player: player.lines("told"))
        now.forget(*now.expected)
        now.settle("ended")
        return now.answer()


_PLACES = ((11, 80), (11, 81), (13, 80), (13, 82))
_ALTERNATIVES = {
    f"{protocol} 198.51.100.102:{9000 + place}": [f"192.0.2.11:{9000 + place} {HOW[kind]} 1"]
    for place, (_, kind, protocol) in enumerate(ALTERNATIVES)
}


def _web(player: Player, number: int, port: int) -> Web:
    return Web(player.stage.servers[number], port, "all", checked=PAGES)


def _digests(player: Player) -> dict[str, str]:
    """Ask each daemon's own genhash, as the notes do."""
    found = {}
    for page in PAGES:
        (found[page],) = told(player.stage.director, GENHASH[player.name], "-s", "192.0.2.11", "-p", "80", "-u", page)
    return found


def _start(player: Player) -> None:
    script = player.stage.file("script.sh")
    script.write_text(SCRIPT)
    script.chmod(0o755)
    player.stage.file("verdict").write_text("0")
    player.start(configuration(player.notes["digests"]))


def _fail(now: Play, webs: Webs) -> None:
    """Have every real server fail: the pages are bad, nobody listens, the script says 1."""
    for player in now.players:
        webs[player, 11, 80].mood.bad = webs[player, 13, 82].mood.bad = ALWAYS
        webs[player, 11, 81].stop()
        player.stage.file("verdict").write_text("1")


def _mend(now: Play, webs: Webs) -> None:
    """Have everything serve again but the first: its two pages would take three times six seconds."""
    for player in now.players:
        webs[player, 13, 82].mood.bad = 0
        webs[player, 11, 81].start()
        player.stage.file("verdict").write_text("0")
