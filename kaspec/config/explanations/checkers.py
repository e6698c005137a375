"""Checkers that cannot check."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation


def _checked(lines: str) -> str:
    """Return a virtual server whose only real server has that checker."""
    block = "".join(f"        {line}\n" for line in lines.splitlines())
    head = "virtual_server 192.0.2.100 80 {\n    protocol TCP\n    lb_algo wlc\n"
    return f"{head}    real_server 198.51.100.1 80 {{\n{block}    }}\n}}\n"


def _page(regex: str) -> str:
    return _checked(f'HTTP_GET {{\n    url {{\n        path /healthz\n        regex "{regex}"\n    }}\n}}')


EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.CHECKER_FAMILIES: Explanation(
        "A packet has one family: from an IPv6 address nothing reaches an IPv4 one.  The checker is left out: the server goes unchecked.",
        _checked("TCP_CHECK {\n    bindto 2001:db8::5\n}"),
        _checked("TCP_CHECK {\n    bindto 198.51.100.5\n}"),
        inside=False,
    ),
    kinds.CHECKER_HOPELESS: Explanation(
        "The check would fail every time and take a good server out of service.  Regular expressions are PCRE2's.",
        _page("(status: ok"),
        _page("(status: ok)"),
        inside=False,
    ),
}
