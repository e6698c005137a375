"""Settings of the processes: read from the text by keyword, and written back."""

from collections.abc import Iterator
from typing import Any

from kaspec.config.keywords import TABLE, Setting
from kaspec.config.sections import Section
from kaspec.process import ProcessSettings

OUTSIDE = ("net_namespace", "instance", "use_pid_dir", "child_wait_time")
"""The settings that stand outside of ``global_defs``."""
_DEFAULT = ProcessSettings()


def build_process_settings(top: Section, globally: Section) -> ProcessSettings:
    """Take every setting from where it stands; of a keyword and its old spellings the last counts, and CPUs add up."""
    found: dict[str, Any] = {}
    for name in NAMES:
        section = top if name in OUTSIDE else globally
        given = sorted((each for row in _spellings(name) for each in section.given.get(row, ())), key=lambda each: each.order)
        if given:
            found[name] = given[-1].value
        if given and name.endswith("_cpu_affinity"):
            found[name] = tuple(sorted({cpu for each in given for cpu in each.value}))
        if found.get(name) == "" and name != "reload_check_config":
            found[name] = None
    return ProcessSettings(**found)


def render_process_settings(settings: ProcessSettings, outside: bool) -> Iterator[str]:
    """Write what is not the default, of what stands outside of ``global_defs``, or within."""
    for name in NAMES:
        value = getattr(settings, name)
        if value != getattr(_DEFAULT, name) and (name in OUTSIDE) == outside:
            yield f"{name} {_spellings(name)[0].argument.write(value)}".rstrip()


NAMES: tuple[str, ...] = ProcessSettings.__match_args__
"""The keywords."""


def _spellings(name: str) -> tuple[Setting[Any], ...]:
    """Return a keyword's row, then those of its deprecated spellings."""
    rows = [row for row in TABLE["" if name in OUTSIDE else "global_defs"].values() if isinstance(row, Setting)]
    own = tuple(row for row in rows if row.name == name)
    assert own, name
    return (*own, *(row for row in rows if row.description.synonym == name))
