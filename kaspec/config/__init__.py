"""Configuration: keepalived.conf text to a typed model, or diagnostics that say where and what to do."""
