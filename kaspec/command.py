"""A command that a configuration names."""

from kaspec.frozen import frozen


@frozen
class Command:
    """A script to run: ``line`` is its path and arguments, ``user`` and ``group`` whom to run it as (``None``: the default)."""

    line: str
    user: str | None = None
    group: str | None = None
