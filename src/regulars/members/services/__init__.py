"""The verbs of the room, by noun: the only writers of its tables."""
