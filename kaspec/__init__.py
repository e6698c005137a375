"""Keepalived as a specification that runs: the pure core.

Nothing below this package touches a socket, a clock, a file, a thread, a logger or randomness: every function maps immutable values to
immutable values.  The daemon (``shell``), the trace runner, the model checker and the conformance runner all drive this one core.
"""
