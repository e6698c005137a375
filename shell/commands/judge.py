"""``kaspec judge``: whether the packets of a capture are a behaviour that the specification allows, and how it came about."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shell.terminal import StatusLine, give_up

if TYPE_CHECKING:
    from kaspec.address import Address
    from kaspec.judge import Capture, Host, Verdict

ALLOWED, IMPOSSIBLE, TROUBLE, UNDETERMINED = 0, 1, 2, 3
"""Exit statuses."""
PROFILES = ("keepalived", "keepalived-2.2.7", "rfc3768", "rfc5798", "rfc9568", "frr")

EPILOG = """\b
Examples:
  kaspec judge lan.pcap                                     what happened, as far as packets alone tell
  kaspec judge lan.pcap --config a.conf --config b.conf     ... and whether these two could have done it
  kaspec judge lan.pcap --config 192.0.2.1=a.conf           it is at that address
  kaspec judge lan.pcap --config a.conf --config b.conf:frr b is FRR, described in keepalived's syntax
  kaspec judge --loss lan.pcap --config a.conf ...          packets may not have been heard by all
  kaspec judge --json lan.pcap | jq .masters

\b
How to capture (announcements of addresses count, if there are any):
  tcpdump -i eth0 -w lan.pcap 'ip proto 112 or ip proto 51 or arp or ip6'

\b
Profiles (--config FILE:PROFILE), whom the daemon follows where they differ:
  keepalived        what kaspec does; the default
  keepalived-2.2.7  ... with its flaw that any advertisement heard puts off a Master's next
  rfc3768, rfc5798, rfc9568   to the letter
  frr               RFC 5798 as FRR's vrrpd has it: an IPv6 Master's first advertisement comes late

\b
What no packet shows is assumed as seldom as can be, and told: that a router starts, crashes or loses its link,
that something it tracks is found otherwise.  docs/judge.md tells what follows from that.

\b
Exit statuses:
  0   allowed
  1   impossible: the first packet that cannot be is shown, what could have been instead, and the clause
  2   the capture or a configuration cannot be used, or an option is not understood
  3   undetermined: what no configuration is given for does something odd, or nobody can tell who is who"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("capture", metavar="CAPTURE", type=click.Path(path_type=Path))
@click.option(
    "--config", "configs", multiple=True, metavar="[ADDRESS,...=]FILE[:PROFILE]", help="A host's configuration; once for each host."
)
@click.option("--early", type=float, default=10, show_default=True, metavar="MS", help="How much too soon a timer may seem to end.")
@click.option(
    "--late", type=float, default=50, show_default=True, metavar="MS", help="How long hearing, serving a timer and sending may take."
)
@click.option("--loss", is_flag=True, help="A router may not have heard what the capture shows.")
@click.option("--steady", is_flag=True, help="No router starts, crashes or loses its link but the packets show it: silence counts.")
@click.option("--svg", metavar="FILE", type=click.Path(path_type=Path), help="Draw what happened, as a sequence diagram.")
@click.option("--trace", "trace_", metavar="FILE", type=click.Path(path_type=Path), help="Write it as a trace, for kaspec trace run.")
@click.option("-v", "--verbose", is_flag=True, help="Tell all that was done, not only what changed.")
@click.option("--json", "as_json", is_flag=True, help="Write everything as JSON.")
@click.option("-i", "--config-id", metavar="ID", help="What @ID lines are compared with; the short host name if not given.")
def judge(
    capture: Path, configs: tuple[str, ...], early: float, late: float, loss: bool, steady: bool, svg: Path | None, trace_: Path | None,
    verbose: bool, as_json: bool, config_id: str | None,
) -> None:  # fmt: skip
    """Tell whether the packets of CAPTURE (pcap or pcapng) are a behaviour that the specification allows.

    It runs the daemon's own state machine beside each virtual router, in every way that fits what was seen so far.  Without a configuration
    it tells what happened: who was Master when, why that changed, and when there were two or none.
    """
    from kaspec.judge import Allowance
    from kaspec.judge import judge as judged
    from kaspec.report.judgement import judgement_json, judgement_lines
    from kaspec.units import Interval

    if early < 0 or late < 0:
        give_up("--early and --late cannot be negative", TROUBLE)
    allowance = Allowance(Interval(int(early * 1000)), Interval(int(late * 1000)), loss, not steady)
    hosts = _hosts(configs, config_id)
    line = StatusLine()
    line.show(f"reading {capture}")
    found = _capture(capture)
    verdict: Verdict = judged(found, hosts, allowance, lambda name: line.show(f"judging {name}: {len(found.instants)} packets"))
    line.clear()
    click.echo(judgement_json(verdict, str(capture)) if as_json else "\n".join(judgement_lines(verdict, str(capture), verbose)))
    _write_also(verdict, svg, trace_)
    sys.exit({"allowed": ALLOWED, "impossible": IMPOSSIBLE, "undetermined": UNDETERMINED}[verdict.answer])


def _write_also(verdict: "Verdict", svg: Path | None, trace: Path | None) -> None:
    from kaspec.judge.drawing import diagram
    from kaspec.judge.replaying import trace as written
    from kaspec.picture import render_svg

    if svg is not None:
        _write(svg, render_svg(diagram(verdict), "What happened in the capture"))
    if trace is not None:
        text = written(verdict)
        if text is None:
            give_up("--trace: its routers follow several profiles, or one that a trace has no name for; a trace has one", TROUBLE)
        _write(trace, text)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        give_up(f"{path} cannot be written: {error.strerror}", TROUBLE)


def _capture(path: Path) -> "Capture":
    from kaspec.judge import read_capture
    from kaspec.wire.ip import Malformed

    try:
        data = path.read_bytes()
    except OSError as error:
        give_up(f"{path} cannot be read: {error.strerror}", TROUBLE)
    found = read_capture(data)
    if isinstance(found, Malformed):
        give_up(f"{path} is no capture that can be used: {found.reason}", TROUBLE)
    return found


def _hosts(configs: Sequence[str], config_id: str | None) -> "list[Host]":
    from attrs import evolve

    hosts = [_host(each, config_id) for each in configs]
    names = [host.name for host in hosts]
    return [
        evolve(host, name=host.name if names.count(host.name) == 1 else f"{host.name}-{number + 1}") for number, host in enumerate(hosts)
    ]


def _host(said: str, config_id: str | None) -> "Host":
    from kaspec.judge import Host
    from kaspec.judge.profiles import PROFILES as BY_NAME
    from shell.configuration import Unreadable, read
    from shell.options import Options

    front, _, rest = said.rpartition("=")
    name, _, profile = rest.rpartition(":")
    if profile not in PROFILES:
        name, profile = rest, "keepalived"
    path = Path(name)
    loaded = read(path, Options().config_id if config_id is None else config_id)
    if isinstance(loaded, Unreadable):
        give_up(f"{path} cannot be used as a configuration: {loaded.reason}; --config is [ADDRESS,...=]FILE[:PROFILE]", TROUBLE)
    if loaded.has_errors:
        give_up(f"{path} has errors, see kaspec check {path}", TROUBLE)
    if not loaded.configuration.routers:
        give_up(f"{path} has no vrrp_instance", TROUBLE)
    follows, departures = BY_NAME[profile]
    return Host(path.stem, loaded.configuration, _addresses(front), follows, departures)


def _addresses(text: str) -> "tuple[Address, ...]":
    from kaspec.address import parse_address

    try:
        return tuple(parse_address(each.strip()) for each in text.split(",") if each.strip())
    except ValueError:
        give_up(f"--config: {text!r} is no address, nor several with commas between them", TROUBLE)
