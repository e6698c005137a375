"""Puts the rules of ``kaspec.firewall`` into force by nft(8), which knows what this kernel's netlink wants."""

import errno
import shutil
import subprocess

from shell.problem import Problem

PATIENCE = 10.0
"""Seconds that nft may take; it takes some hundredths."""
_WHAT = "cannot set packet filter rules (table {table})"


def put_into_force(ruleset: str, table: str) -> tuple[Problem, ...]:
    """Have nft take the ruleset as a whole or not at all; ``table`` is its name, for the operator.  Blocks: call it off the loop."""
    program = shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        hint = "install the package nftables: until then no_accept is not enforced and virtual interfaces send IGMP and MLD"
        return (Problem(_WHAT.format(table=table), errno.ENOENT, hint),)
    try:
        ended = subprocess.run([program, "-f", "-"], input=ruleset, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return (Problem(_WHAT.format(table=table), errno.ETIMEDOUT, ""),)
    except OSError as error:
        return (Problem(_WHAT.format(table=table), error.errno or 0, ""),)
    if ended.returncode:
        said = ended.stderr.strip().splitlines()
        return (Problem(_WHAT.format(table=table), 0, said[0] if said else f"nft ended with status {ended.returncode}"),)
    return ()
