"""Customer tables with a column that says who left, and status events: from a file to a judged model and scores."""
