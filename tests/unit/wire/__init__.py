"""Examples of bytes and their values."""
