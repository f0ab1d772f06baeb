"""Balances set to zero by an activity, and given back on appeal."""
