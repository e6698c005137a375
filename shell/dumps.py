"""Dumps of the state: where each goes, and writing it off the loop."""

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import Literal

from kaspec.config.model import Configuration
from kaspec.process import ProcessSettings
from shell import logs
from shell.files import PRIVATE, dump_directory, write_atomically
from shell.options import Options

Dump = Literal["data", "stats", "json", "check data", "check json"]
"""What the VRRP process writes, and the checker."""


def write(kind: Dump, text: str, configuration: Configuration, options: Options) -> None:
    """Write a dump, off the running loop."""
    umask = configuration.global_defs.telling.umask if options.umask is None else options.umask
    mode = PRIVATE if umask is None else 0o666 & ~umask
    path = dump_path(kind, configuration.process, options.namespace)
    asyncio.get_running_loop().run_in_executor(None, partial(_write, path, text, mode))


def dump_path(kind: Dump, settings: ProcessSettings, namespace: str | None) -> Path:
    """Return where a dump goes: where the configuration says, else to keepalived's place; ``.data`` may carry namespace and instance.

    The checker's has ``_check`` in its name.
    """
    suffix = kind.removeprefix("check ")
    process = "_check" if suffix != kind else ""
    chosen = {"data": settings.state_dump_file, "stats": settings.stats_dump_file, "json": settings.json_dump_file}[suffix]
    if chosen is not None:
        path = Path(chosen)
        return path.with_name(f"{path.stem}{process}{path.suffix}")
    ours = "_".join(filter(None, (namespace or settings.net_namespace, settings.instance)))
    middle = f".{ours}" if suffix == "data" and settings.data_use_instance and ours else ""
    return dump_directory() / f"keepalived{process}{middle}.{suffix}"


def _write(path: Path, text: str, mode: int) -> None:
    try:
        write_atomically(path, text, mode)
    except OSError as error:
        logs.info(f"cannot write {path}: {os.strerror(error.errno or 0)}")
