"""`regulars backup`, `restore` and `upgrade`: a copy of everything, brought back, and over to a newer database."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from regulars.cli.operating import Data
from regulars.cli.serve import place_of
from regulars.cli.showing import Bars

if TYPE_CHECKING:
    from regulars.server.backup.restoring import Afterwards
    from regulars.server.place import Place

AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")]


def backup(
    to: Annotated[Path, typer.Option("--to", help="The folder of copies; each gets one of its own in it.")],
    keys: Annotated[Path, typer.Option("--keys", help="Where the keys go: another disk, another owner.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Copies database and lake, as of one instant, while everything goes on working.

    The keys are copied apart: the copy alone tells no phone, mail or address, and the keys alone tell nothing.
    """
    from django.utils import timezone

    from regulars.server.backup.making import make

    place, console = place_of(data), Console(highlight=False, soft_wrap=True)
    with _running(place), Bars(Console(stderr=True), quiet=False) as progress:
        _django(place)
        made = make(place, to, keys, at=timezone.now(), progress=progress)
    if as_json:
        typer.echo(json.dumps({"folder": str(made.folder), "rows": dict(made.contents.rows), "keys": made.keys}))
        return
    size = sum(file.size for file in made.contents.files.values())
    console.print(f"{sum(made.contents.rows.values()):,} rows, {size / 1e6:,.1f} MB: {made.folder}", markup=False)
    console.print(
        f"{made.keys} keys: {keys}. Keep them apart from the copy; without them it cannot be used.", markup=False
    )


def verify_backup(
    folder: Annotated[Path, typer.Argument(help="The folder that `regulars backup` made.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Reads every file of a copy again and compares it with its table of contents. Status 1: one is not as it was.

    The page of the state tells when this was last done. Only bringing it back into an empty folder proves more.
    """
    from regulars.server.backup.contents import Contents, check
    from regulars.server.backup.noting import note_verified
    from regulars.server.checks import clock

    contents = Contents.read(folder)
    with Bars(Console(stderr=True), quiet=False) as progress:
        check(folder, contents, progress)
    note_verified(place_of(data), folder, contents, at=clock())
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "at": contents.at, "files": len(contents.files)}))
        return
    Console(highlight=False, soft_wrap=True).print(
        f"All {len(contents.files)} files of {contents.at} are as they were written.", markup=False
    )


def restore(
    folder: Annotated[Path, typer.Argument(help="The folder that `regulars backup` made.")],
    keys: Annotated[Path, typer.Option("--keys", help="The folder of keys that was written with it.")],
    data: Data = None,
    erased: Annotated[
        list[Path] | None,
        typer.Option("--erased", help="A newer list of who was erased (erased.json of another copy); repeat it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Brings a copy back into an empty place, erases again who was erased since, and adds everything up from zero."""
    from regulars.server.backup.restoring import restore as bring_back

    place, console = place_of(data), Console(highlight=False, soft_wrap=True)
    with _locked(place), Bars(Console(stderr=True), quiet=False) as progress:
        try:
            found = bring_back(
                place, folder, keys, afterwards=lambda: _afterwards(place), erasures=erased or (), progress=progress
            )
        finally:
            _stop(place)
    if as_json:
        typer.echo(json.dumps({"erased_again": found.erased_again, "verified": found.verified}))
        return
    looked = ", ".join(f"{count:,} {what}" for what, count in found.verified.items())
    console.print(
        f"Brought back as of {found.contents.at}. Added up from zero: {looked}; nothing differs.", markup=False
    )
    if found.erased_again:
        console.print(f"{found.erased_again} people who were erased since are erased again.")


def upgrade(data: Data = None) -> None:
    """Takes an embedded database over to the newest PostgreSQL, and the tables to this release.

    Stop Regulars first. The old database stays until you delete it.
    """
    from django.utils import timezone

    from regulars.server.backup.upgrading import upgrade_database

    place, console = place_of(data), Console(highlight=False, soft_wrap=True)
    with _locked(place), Bars(Console(stderr=True), quiet=False) as progress:
        done = upgrade_database(place, progress=progress)
        with _running(place):
            _django(place)
            from regulars.server.installing import install

            install(place, at=timezone.now())
    if done:
        console.print(f"PostgreSQL {done.was} → {done.now}. The old files can be deleted: {done.before}", markup=False)
    console.print("The tables are those of this release.")


def _afterwards(place: "Place") -> "Afterwards":
    from django.utils import timezone

    _django(place)
    from regulars.server.backup.afterwards import afterwards

    return afterwards(place, at=timezone.now())


def _django(place: "Place") -> None:
    import django

    os.environ |= {"REGULARS_DATA": str(place.data), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    django.setup()


@contextmanager
def _locked(place: "Place") -> Iterator[None]:
    """Nobody else works on the folder."""
    from regulars.server.running.lock import hold

    held = hold(place.data)
    try:
        yield
    finally:
        os.close(held)


@contextmanager
def _running(place: "Place") -> Iterator[None]:
    """An embedded database that does not run is started for as long as it is needed."""
    cluster = place.cluster
    starts = cluster is not None and not cluster.running()
    if cluster is not None and starts:
        cluster.start()
    try:
        yield
    finally:
        if starts:
            _stop(place)


def _stop(place: "Place") -> None:
    from django.conf import settings
    from django.db import connections

    if settings.configured:
        connections.close_all()
    if place.cluster is not None:
        place.cluster.stop()
