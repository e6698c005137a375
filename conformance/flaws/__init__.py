"""Flaws of VRRP and its implementations that are known from errata, issues and code, shown at running routers.

``catalogue`` has the checker's counterexample of each, and by which readings of the protocol a router shows it or does not.
"""
