"""Health checkers: what is checked (``model``), when (``schedule``), and how each protocol is spoken, as machines without I/O."""
