"""Regulars tells an organisation who its regulars are, who is slipping away, and what each is worth."""

__version__ = "0.1.0"
