"""Who may: organisations, merchants, stores, staff, roles, keys."""
