"""Scheduler conformance: random services and connections, predicted by the pure functions and put to a real kernel's IPVS."""
