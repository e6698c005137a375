"""Whatever a configuration may say: strategies that draw what keepalived would not rewrite."""
