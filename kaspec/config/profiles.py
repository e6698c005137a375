"""Whom an instance follows where keepalived and the RFCs differ: a profile (``profile``), and the keywords that choose one thing each."""

from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.model import GlobalDefs
from kaspec.config.sections import Section
from kaspec.frozen import evolve
from kaspec.vrrp.router import PROFILES, Profile


def build_profile(section: Section, defaults: GlobalDefs) -> Profile:
    """Return the profile of an instance; what it says itself counts most, then what ``global_defs`` switches on, then the profile named."""
    named, transport = PROFILES[section.value(rows.PROFILE, defaults.profile)], defaults.transport
    silent = section.value(rows.LOWER_PRIO_NO_ADVERT, defaults.lower_prio_no_advert or not named.answers_lower_priority)
    return evolve(
        named,
        answers_lower_priority=not silent,
        owner_discards=section.value(rows.OWNER_IGNORE_ADVERTS, transport.vrrp_owner_ignore_adverts or named.owner_discards),
        answers_higher_priority=section.value(rows.HIGHER_PRIO_SEND_ADVERT, transport.vrrp_higher_prio_send_advert),
    )
