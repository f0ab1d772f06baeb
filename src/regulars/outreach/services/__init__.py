"""The verbs of the room; the only writers."""
