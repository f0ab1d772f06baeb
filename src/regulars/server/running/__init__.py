"""The processes of an installation: one that watches, and the web, worker and database that it keeps running."""
