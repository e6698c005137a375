"""Examples of the state machine, in the order of RFC 3768 6.4."""
