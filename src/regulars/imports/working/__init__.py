"""What the worker does at an import; loads DuckDB, which a web process must not."""
