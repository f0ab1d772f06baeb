"""The REST API: it asks and shows, and decides nothing."""
