"""Learning what a running router does: a Mealy machine over a small alphabet of advertisements and waits, compared with the core's."""
