"""The clauses, where they were before they had a ledger: see ``conformance.clauses``."""

from conformance.clauses import CLAUSES, Beyond, Clause, Evidence, Level, coverage

__all__ = ["CLAUSES", "Beyond", "Clause", "Evidence", "Level", "coverage"]
