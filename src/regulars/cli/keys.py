"""`regulars keys`: the keys of personal values, looked after."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from regulars.cli.refusing import RefusingGroup
from regulars.cli.serve import DATA_HELP, place_of

keys = typer.Typer(
    no_args_is_help=True, cls=RefusingGroup, help="The keys of personal values: check them, change them."
)
Data = Annotated[Path | None, typer.Option("--data", help=DATA_HELP)]


@keys.command("rotate")
def rotate(
    data: Data = None,
    batch: Annotated[int, typer.Option("--batch", min=1, max=100_000, help="Rows sealed in one transaction.")] = 2000,
) -> None:
    """Makes a new key, seals every personal value anew with it, and retires the old one.

    Tills go on meanwhile. Stopped, or cut short, it goes on where it was the next time. Afterwards make a backup of
    the secrets: older backups of the database need the retired keys beside the new one.
    """
    console = Console(highlight=False)
    with _installation(data):
        from django.utils import timezone

        from regulars.journal.moves import Actor
        from regulars.members.services import rotation

        done: dict[str, int] = {}
        with console.status("sealing …") as status:
            for progress in rotation.rotate(actor=Actor.job("regulars keys rotate"), at=timezone.now(), batch=batch):
                done[progress.table] = done.get(progress.table, 0) + progress.rows
                status.update(", ".join(f"{table} {count:,}" for table, count in done.items()))
    told = ", ".join(f"{count:,} {table}" for table, count in done.items()) or "nothing was sealed yet"
    console.print(f"Done: {told}. The old key is in `secrets/personal/retired`; back the secrets up.")


@keys.command("check")
def check(data: Data = None) -> None:
    """Says which keys are in use, and whether they are those of the database."""
    with _installation(data):
        from regulars.members.services.keys import check

        numbers = sorted(check().generations)
    said = "generation " + ", ".join(map(str, numbers))
    going_on = " A rotation was cut short: run `regulars keys rotate` again." if len(numbers) > 1 else ""
    Console(highlight=False).print(f"The keys are those of the database ({said}).{going_on}")


@contextmanager
def _installation(data: Path | None) -> Iterator[None]:
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
