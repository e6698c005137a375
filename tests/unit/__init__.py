"""Examples, one file for each module of the core."""
