"""The verbs of the programme: its only writers. Each takes who does it and when it is recorded."""
