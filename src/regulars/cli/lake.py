"""`regulars history`: what the lake holds, adding to it, taking a file out."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from regulars.basics.errors import RegularsError
from regulars.cli.refusing import RefusingGroup
from regulars.cli.showing import Bars, table

if TYPE_CHECKING:
    from regulars.history.lake import Lake
    from regulars.history.manifest import SourceFile


class NoHistory(RegularsError):
    """The folder holds no lake."""

    code = "no-history"


history = typer.Typer(no_args_is_help=True, cls=RefusingGroup, help="The history lake: list, add, forget files.")

LakeDir = Annotated[Path, typer.Option("--lake", help="The lake's folder, e.g. report/lake.")]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="What the columns mean: an edited mapping.toml.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]


@history.command("files")
def files(ctx: typer.Context, lake: LakeDir, as_json: Json = False) -> None:
    """List the files the history is made of.

    [bold]regulars history files --lake report/lake[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    entries = lake_there(lake).files()
    if as_json:
        typer.echo(json.dumps([_told(entry) for entry in entries], ensure_ascii=False))
        return
    rows = [
        [
            str(e.number),
            e.name,
            f"{e.rows_read:,}",
            f"{e.rows_kept:,}",
            f"{e.rows_read - e.rows_kept:,}",
            e.first_on,
            e.last_on,
        ]
        for e in entries
    ]
    heads = {
        "no.": "right",
        "file": "left",
        "read": "right",
        "kept": "right",
        "refused": "right",
        "from": "left",
        "to": "left",
    }
    Console().print(table(f"{len(entries)} files in {lake}", heads, rows))


@history.command("add")
def add(
    ctx: typer.Context, paths: list[Path], lake: LakeDir, mapping: MappingFile = None, as_json: Json = False
) -> None:
    """Add files to the history without analysing it. A file that is already there changes nothing.

    [bold]regulars history add march.csv --lake report/lake[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.history.engine import Engine
    from regulars.history.lake import Lake
    from regulars.history.mapping_file import read_mappings
    from regulars.history.read import look, open_files, take_in

    console = Console(stderr=True)
    given = read_mappings(mapping) if mapping else {}
    opened = Lake(lake)
    with (
        tempfile.TemporaryDirectory(prefix="regulars-") as folder,
        Engine(scratch=Path(folder)) as engine,
        Bars(console, quiet=as_json) as progress,
    ):
        work = Path(folder)
        seen = open_files(paths, lake=opened, engine=engine, work=work, progress=progress, given=given)
        reading = take_in(
            look(seen, engine=engine, given=given), lake=opened, engine=engine, work=work, progress=progress
        )
    told = {
        "added": [staged.name for staged in reading.staged],
        "already": list(reading.already),
        "left_out": {entry.name: entry.why for entry in reading.left_out},
    }
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        console.print(f"Added {len(reading.staged)} files; {len(reading.already)} were there already.")
        for entry in reading.left_out:
            console.print(f"left out  {entry.name}: {entry.why}", markup=False, highlight=False)


@history.command("forget")
def forget(ctx: typer.Context, file: str, lake: LakeDir, as_json: Json = False) -> None:
    """Take a file out of the history, by name or number. Lines it had displaced as duplicates come back.

    [bold]regulars history forget march.csv --lake report/lake[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    gone = lake_there(lake).forget(file)
    if as_json:
        typer.echo(json.dumps(_told(gone), ensure_ascii=False))
    else:
        Console(stderr=True).print(f"Forgot {gone.name}: {gone.rows_kept:,} lines.", markup=False, highlight=False)


def lake_there(folder: Path) -> "Lake":
    """A lake that is there already: listing or forgetting must not make an empty one."""
    from regulars.history.lake import Lake

    if not (folder / "manifest.json").exists():
        raise NoHistory(f"There is no history in {folder}. It is made by `regulars analyze` or `regulars history add`.")
    return Lake(folder)


def _told(entry: "SourceFile") -> dict[str, object]:
    told: dict[str, object] = dict(asdict(entry))
    del told["parts"]
    return told
