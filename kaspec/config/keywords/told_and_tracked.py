"""What a ``vrrp_instance`` and a ``vrrp_sync_group`` say in the same words: whom they tell of a change, and what they track."""

from kaspec.command import Command
from kaspec.config import arguments as form
from kaspec.config import commands
from kaspec.config.argument import Argument
from kaspec.config.keywords.rows import Description, Listing, Setting, Tier, listing, setting
from kaspec.config.terms import TrackLine


def told(scope: str, name: str, tier: Tier = 1, since: str = "1.2.2", remark: str = "") -> Setting[Command]:
    """Enter a script that is told."""
    return setting(scope, name, commands.COMMAND, Description("CMD [USER [GROUP]]", "none", tier, "V", since, remark), acts=True)


def mailed(scope: str) -> Setting[bool]:
    """Enter ``smtp_alert``."""
    return setting(
        scope,
        "smtp_alert",
        form.BOOLEAN,
        Description("[BOOL]", "global", 1, "V", "1.2.2", inherits=("global_defs", "smtp_alert_vrrp")),
        acts=True,
    )


def told_of_priorities(scope: str, since: str) -> Setting[bool]:
    """Enter ``notify_priority_changes``."""
    return setting(
        scope,
        "notify_priority_changes",
        form.BOOLEAN,
        Description("[BOOL]", "global", 3, "V", since, inherits=("global_defs", "vrrp_notify_priority_changes")),
        acts=True,
    )


def tracked(scope: str, name: str, line: Argument[TrackLine], tier: Tier, since: str) -> Listing[TrackLine]:
    """Enter a list of what is tracked."""
    return listing(scope, name, line, Description(f"{{ {line.form} … }}", "none", tier, "V", since), acts=True)
