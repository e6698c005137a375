"""How a configuration would spread connections: made-up traffic put to the pure schedulers."""
