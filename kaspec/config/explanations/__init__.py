"""Every kind of problem explained: why it matters, a text that has it, and the same text without.

The examples are tested: each has the problem it is about, and its mended form has not.
"""

from kaspec.config.explanations import bfd, checkers, expansion, groups, idle, meaning, peers, reading, scripts, services, transport, traps
from kaspec.config.explanations.explanation import Explanation

__all__ = ["EXPLANATIONS", "Explanation"]

EXPLANATIONS: dict[str, Explanation] = {
    kind.code: explanation
    for table in (
        module.EXPLANATIONS
        for module in (reading, expansion, meaning, transport, traps, scripts, groups, bfd, services, checkers, idle, peers)
    )
    for kind, explanation in table.items()
}
"""By the code of the kind."""
