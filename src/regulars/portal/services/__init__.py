"""Verbs of log-ins; the only writers of this room."""
