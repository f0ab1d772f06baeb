"""Tables of the room, without verbs; these are in `services`."""
