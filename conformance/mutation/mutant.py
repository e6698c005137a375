"""A mutant: the core with some of its functions replaced, for as long as it is looked at."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pkgutil import resolve_name
from typing import Any

Mutant = Mapping[str, Callable[..., Any]]
"""What to put in the place of which name."""


@contextmanager
def broken(mutant: Mutant) -> Iterator[None]:
    """Let the core be the mutant, and itself again afterwards.  No cache of the core may remember what a replaced function says."""
    with ExitStack() as restored:
        for name, wrong in mutant.items():
            place, _, attribute = name.rpartition(".")
            module = resolve_name(place)
            restored.callback(setattr, module, attribute, getattr(module, attribute))
            setattr(module, attribute, wrong)
        yield
