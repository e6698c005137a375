"""Benchmarks beside keepalived, in one run: ``nox -s bench``.  They print ratios; a timed assertion is never a test."""
