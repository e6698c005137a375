"""The trace language: parse, write, and run on the core."""
