"""SNMP: what the daemon shows of itself to a master agent, and how it speaks with it (AgentX, RFC 2741)."""
