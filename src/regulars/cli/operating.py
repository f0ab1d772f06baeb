"""What commands of a running installation share: its data folder, Django, and its database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from regulars.cli.serve import DATA_HELP, place_of

if TYPE_CHECKING:
    from regulars.access.moves import Grants
    from regulars.journal.moves import Actor

Data = Annotated[Path | None, typer.Option("--data", help=DATA_HELP)]


class Doing(TypedDict):
    """What a verb of the access room wants to know of its caller."""

    by: "Grants"
    actor: "Actor"
    at: datetime


@contextmanager
def doing(command: str, data: Path | None) -> Iterator[Doing]:
    """An installation to change: whoever may run commands on its data folder may everything."""
    with installation(data):
        from django.utils import timezone

        from regulars.access.gate import HOUSE
        from regulars.journal.moves import Actor

        yield {"by": HOUSE, "actor": Actor.job(f"regulars {command}"), "at": timezone.now()}


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
