"""The children there are: VRRP, and health checkers once there is LVS configuration."""

import importlib

from kaspec.config.model import Configuration
from shell import exits, logs
from shell.channel import Channel, Stop
from shell.options import Options
from shell.process import Kind


def _wants_vrrp(options: Options, configuration: Configuration) -> bool:
    used = configuration.routers or configuration.static_addresses or configuration.static_routes
    return options.runs_vrrp and (bool(used) or options.all)


def _run_vrrp(options: Options, configuration: Configuration, channel: Channel) -> int:
    from shell.vrrp import run_child

    return run_child(options, configuration, channel)


def _wants_checkers(options: Options, configuration: Configuration) -> bool:
    return options.runs_checkers and (configuration.has_lvs or options.all)


def run_checkers(_options: Options, _configuration: Configuration, channel: Channel) -> int:
    """Say that LVS is not active and wait for the end."""
    logs.info("LVS is not active yet: virtual servers are read and left alone")
    for message in channel:
        if isinstance(message, Stop):
            break
    return exits.OK


CHILDREN = (
    Kind("VRRP", "Keepalived_vrrp", "vrrp", "kaspec_vrrp", _run_vrrp, _wants_vrrp, lambda: _import("shell.vrrp")),
    Kind("Healthcheck", "Keepalived_healthcheckers", "checkers", "kaspec_checkers", run_checkers, _wants_checkers),
)
"""In the order in which they are started."""


def _import(name: str) -> None:
    importlib.import_module(name)
