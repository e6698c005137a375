"""What ``global_defs`` and the ``SSL`` block say about LVS."""

from kaspec.config.keywords import global_defs as globally
from kaspec.config.keywords import ssl, top
from kaspec.config.lexer import Report
from kaspec.config.sections import Section
from kaspec.config.synchronisation import build_sync_daemon
from kaspec.health.credentials import Credentials
from kaspec.lvs.settings import LvsSettings


def build_lvs_settings(section: Section, whole: Section, report: Report) -> LvsSettings:
    """Build what ``global_defs`` says about LVS; of a keyword and its older spelling the last counts."""
    flush = [each for each in (section.last(globally.LVS_FLUSH_ON_STOP), section.last(globally.LVS_FLUSH_ONSTOP)) if each is not None]
    return LvsSettings(
        section.value(globally.LVS_TIMEOUTS, None),
        section.value(globally.LVS_FLUSH, False),
        max(flush, key=lambda each: each.order).value if flush else None,
        build_sync_daemon(section, whole.sections(top.VRRP_INSTANCE), report),
        section.value(globally.CHECKER_LOG_ALL_FAILURES, False),
        section.value(globally.SMTP_ALERT_CHECKER, None),
        section.value(globally.NO_CHECKER_EMAILS, False),
        section.value(globally.RS_INIT_NOTIFIES, False),
        build_credentials(whole.merged(top.SSL)),
    )


def build_credentials(section: Section) -> Credentials:
    """Build the ``SSL`` block."""
    return Credentials(
        section.value(ssl.CERTIFICATE, None),
        section.value(ssl.KEY, None),
        section.value(ssl.PASSWORD, None),
        section.value(ssl.CA, None),
    )
