"""Laws: properties that hold for every router, state, event and packet."""
