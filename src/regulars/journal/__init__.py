"""Who did what: the trail of every write and of every look at personal data; all rooms above write here."""
