"""Who is reached, with what, and who is left alone: audiences, the gate before every message, messages."""
