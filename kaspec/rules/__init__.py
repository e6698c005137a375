"""The rules: every transition and every discard names one, and this table says what each means.

A rule's identifier starts with where it comes from: ``rfc3768.`` (with the section), ``rfc9568.``, ``keepalived.`` (a behaviour of
keepalived that the RFC does not have), or ``core.`` (an identity step: the event does not apply to the state).
"""

# ruff: noqa: F403, I001  (the order of the table is the order of these)
from kaspec.rules.clause import RULES as RULES, Clause as Clause, Rule as Rule
from kaspec.rules.reception import *
from kaspec.rules.states import *
from kaspec.rules.detection import *
from kaspec.rules.trackers import *
from kaspec.rules.health import *
from kaspec.rules.services import *
