"""The roof of the operational half: settings, the embedded database, the processes and what keeps them running."""
