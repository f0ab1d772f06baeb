"""Goodwill: what people at the table may give on the spot, within the limit of their role."""
