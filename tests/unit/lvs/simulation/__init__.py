"""Simulated spreads."""
