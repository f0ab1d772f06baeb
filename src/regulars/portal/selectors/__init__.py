"""Reads for the pages of one member; each says what it costs in queries."""
