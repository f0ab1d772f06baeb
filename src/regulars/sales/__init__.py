"""What was bought, brought back and done, as it happened. Knows nothing of points."""
