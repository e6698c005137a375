"""Differential testing: Hypothesis writes plots, a real router plays them, and the core judges; what differs is shrunk and named."""
