"""What pages are made of: styles, scripts and markup, as files beside this one."""

from importlib.resources import files


def asset(name: str) -> str:
    """Return a file of this folder."""
    return (files(__name__) / name).read_text(encoding="utf-8")
