"""Models of a yes or no per customer: learned, compared, calibrated, explained, kept. Others say what a yes means."""
