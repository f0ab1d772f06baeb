"""A function for each address; each takes a Visit."""
