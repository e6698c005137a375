"""The clause ledger: what RFC 3768, 2338, 5798 and 9568 require of a VRRP router, and what shows that it is so.

Identifiers are ``table-section-number``: V2 is RFC 3768, V2A what RFC 2338 adds, V3 is RFC 5798, V9 what RFC 9568 and its errata add or
change.  Every MUST, MUST NOT and step of the normative state machine (MUST*) is there, and every SHOULD.
"""

from conformance.clauses.clause import Beyond, Clause, Evidence, Level
from conformance.clauses.ledger import CLAUSES, LEDGER, Entry, Ledger, as_it_stands, coverage

__all__ = ["CLAUSES", "LEDGER", "Beyond", "Clause", "Entry", "Evidence", "Ledger", "Level", "as_it_stands", "coverage"]
