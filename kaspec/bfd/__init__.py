"""Bidirectional forwarding detection: RFC 5880's asynchronous mode over one hop (RFC 5881) or several (RFC 5883), pure.

``session`` is one session's configuration and state, ``machine`` its ``step``, ``timers`` the arithmetic of RFC 5880 6.8.2 to 6.8.4 and
``speaker`` all sessions of a host: which packet is whose, and what a reload does.
"""
