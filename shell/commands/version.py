"""``kaspec version``."""

import platform

import click

from shell.version import TITLE


@click.command()
def version() -> None:
    """Print the version of kaspec, Python and the kernel."""
    click.echo(describe())


def describe() -> str:
    """Return the version in three lines."""
    return f"{TITLE}\nPython {platform.python_version()}\nRunning on {platform.system()} {platform.release()} {platform.version()}"
