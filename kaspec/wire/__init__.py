"""Bytes to values and back: IPv4, VRRP, ARP.  Malformed bytes are a value (``Malformed``), never an exception."""
