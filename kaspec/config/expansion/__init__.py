"""What a configuration's text becomes before it is read: includes, conditions, ``$definitions`` and ``~generators``.

Everything happens line by line, as in keepalived (lib/parser.c): ``lines.Expansion`` yields the lines that remain, each knowing what it is
made of.  Files are needed for it, and the core has none: what it wants is a value (``library``), and whoever reads files answers.
"""
