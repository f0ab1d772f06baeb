"""What commands of a running installation share: its data folder, Django, and its database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli.serve import DATA_HELP, place_of

Data = Annotated[Path | None, typer.Option("--data", help=DATA_HELP)]


@contextmanager
def installation(data: Path | None) -> Iterator[None]:
    """Django on that data folder; an embedded database that does not run is started for as long as it is needed."""
    import django

    place = place_of(data)
    os.environ |= {"REGULARS_DATA": str(place.data), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    cluster = place.cluster
    starts = cluster is not None and not cluster.running()
    if cluster is not None and starts:
        cluster.start()
    try:
        django.setup()
        yield
    finally:
        from django.db import connections

        connections.close_all()
        if cluster is not None and starts:
            cluster.stop()
