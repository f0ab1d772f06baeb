"""Verbs of the room; the only writers."""
