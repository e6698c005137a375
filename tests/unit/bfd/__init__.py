"""Examples of BFD, in the order of RFC 5880 6.8."""
