"""Configuration: keepalived.conf text to a typed model, or diagnostics that say where and what to do.

Text becomes tokens (``lexer``), a tree of statements (``tree``), values by the keyword table (``sections``, ``keywords``, ``grammar``), and
the model (``definitions``, ``addresses``, ``instances``).  ``reader.read`` does all of it.
"""

from kaspec.config.diagnostics import Diagnostic, Severity, has_errors, render_diagnostic
from kaspec.config.model import Configuration
from kaspec.config.reader import Reading, check_interfaces, read

__all__ = ["Configuration", "Diagnostic", "Reading", "Severity", "check_interfaces", "has_errors", "read", "render_diagnostic"]
