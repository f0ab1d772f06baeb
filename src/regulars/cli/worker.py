"""`regulars worker`: the worker alone, on a machine of its own."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli.serve import DATA_HELP, place_of, say


def worker(
    data: Annotated[Path | None, typer.Option("--data", help=DATA_HELP)] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Jobs done at once.")] = 4,
) -> None:
    """Does the jobs of the queue, beside `regulars serve --web` here or elsewhere. Ctrl-C stops it."""
    from regulars.server.running.options import Asked
    from regulars.server.running.supervisor import run

    run(Asked(place_of(data), None, jobs=jobs), say, announce=lambda _: _announce())


def _announce() -> None:
    sys.stdout.write("The worker is running. Ctrl-C stops it.\n")
    sys.stdout.flush()
