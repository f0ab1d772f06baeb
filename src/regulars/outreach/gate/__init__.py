"""The one gate before every message, whatever the channel."""
