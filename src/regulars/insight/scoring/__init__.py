"""Models of a yes or no per customer: learned, compared, calibrated, explained, kept. What the yes means, others say."""
