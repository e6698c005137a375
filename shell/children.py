"""The children there are: VRRP, health checkers once there is LVS configuration, and BFD if it has sessions."""

import importlib
from functools import partial

from kaspec.config.model import Configuration
from shell.channel import Channel
from shell.findings import Line, Lines
from shell.options import Options
from shell.process import Kind


def _wants_vrrp(options: Options, configuration: Configuration) -> bool:
    used = configuration.routers or configuration.static_addresses or configuration.static_routes
    return options.runs_vrrp and (bool(used) or options.all)


def _run_vrrp(line: Line, options: Options, configuration: Configuration, channel: Channel) -> int:
    from shell.vrrp import run_child

    return run_child(options, configuration, channel, line.hearing)


def _wants_checkers(options: Options, configuration: Configuration) -> bool:
    return options.runs_checkers and (configuration.has_lvs or options.all)


def _run_checkers(line: Line, options: Options, configuration: Configuration, channel: Channel) -> int:
    from shell.director import direct

    director = direct(configuration)
    from shell.checkers import run_child  # What checks need is imported once connections are served.

    return run_child(options, configuration, channel, line.hearing, director)


def _wants_bfd(options: Options, configuration: Configuration) -> bool:
    return not options.no_bfd and (bool(configuration.bfd_instances) or options.all)


def _run_bfd(lines: Lines, options: Options, configuration: Configuration, channel: Channel) -> int:
    from shell.bfd import run_child

    return run_child(options, configuration, channel, lines.telling)


def children() -> tuple[Kind, ...]:
    """Return them in the order in which they are started; BFD tells each of the others what it finds over a line of their own."""
    lines = Lines(Line(), Line())

    def prepare(module: str) -> None:
        lines.lay()
        importlib.import_module(module)

    run_vrrp, run_checkers = partial(_run_vrrp, lines.vrrp), partial(_run_checkers, lines.checker)
    return (
        Kind("VRRP", "Keepalived_vrrp", "vrrp", "kaspec_vrrp", run_vrrp, _wants_vrrp, partial(prepare, "shell.vrrp")),
        Kind(
            "Healthcheck",
            "Keepalived_healthcheckers",
            "checkers",
            "kaspec_checkers",
            run_checkers,
            _wants_checkers,
            partial(prepare, "shell.director"),
        ),
        Kind("BFD", "Keepalived_bfd", "bfd", "kaspec_bfd", partial(_run_bfd, lines), _wants_bfd, partial(prepare, "shell.bfd")),
    )


CHILDREN = children()
