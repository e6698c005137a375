"""Mutation: each rule broken on purpose, and what notices (docs/mutation.md)."""
