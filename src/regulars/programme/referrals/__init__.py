"""Members bring members: codes, who brought whom, and what both get for it."""
