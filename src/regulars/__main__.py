"""`python -m regulars` is the `regulars` command."""

from regulars.cli import app

app()
