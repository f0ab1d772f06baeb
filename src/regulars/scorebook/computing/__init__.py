"""The work of a run: from the history lake to scores. Loads DuckDB and the models: workers only."""
