"""Odd operations: found in the journal, told by mail and other channels."""
