"""Reads of the programme. Each function says its cost in queries."""
