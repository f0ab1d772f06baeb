"""Moving in: a programme that ran elsewhere, taken over from its files row by row."""
