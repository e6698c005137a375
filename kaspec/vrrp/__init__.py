"""The VRRP state machine: configuration, states, events, effects, reception and ``step``."""
