"""One file for each noun; each view is thin: look up, ask a verb of a room, show."""
