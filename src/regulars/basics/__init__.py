"""Amounts, errors and progress: what every room may use. Standard library only."""
