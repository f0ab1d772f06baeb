"""`regulars doctor`: what is right and what is wrong with an installation."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from regulars.cli.serve import DATA_HELP, place_of

if TYPE_CHECKING:
    from regulars.server.checks import Found
    from regulars.server.place import Place

WRONG_STATUS = 1
_SIGNS = {
    "ok": "[green]ok     [/green]",
    "warning": "[yellow]warning[/yellow]",
    "wrong": "[bold red]wrong  [/bold red]",
}


def doctor(
    data: Annotated[Path | None, typer.Option("--data", help=DATA_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Looks at the data folder, the secrets and the database, and says what to do. Status 1: something is wrong."""
    place = place_of(data)
    found = list(_look(place))
    wrong = any(one.state == "wrong" for one in found)
    if as_json:
        typer.echo(json.dumps({"ok": not wrong, "found": [one.as_dict() for one in found]}, ensure_ascii=False))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for one in found:
            console.print(f"{_SIGNS[one.state]} {one.what:<11}", end=" ")
            console.print(f"{one.told} {one.advice}".strip(), markup=False)
    raise typer.Exit(WRONG_STATUS if wrong else 0)


def _look(place: "Place") -> Iterator["Found"]:
    from regulars.server import checks

    os.environ |= {"REGULARS_DATA": str(place.data), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    yield from checks.of_folder(place)
    inside = list(checks.of_database(place, now=checks.clock))
    yield from inside
    if len(inside) > 1 and all(one.state != checks.WRONG for one in inside):
        yield from checks.of_tables(place)
