"""`regulars move-in`: a programme that ran elsewhere moves in from its files, is told, and is taken back."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer
from rich.console import Console

from regulars.basics.errors import RegularsError
from regulars.cli.operating import Data, doing
from regulars.cli.showing import Bars, table
from regulars.cli.staff import At

if TYPE_CHECKING:
    from regulars.programme.moving.files import File, MovedIn
    from regulars.programme.moving.moves import Refused, Tie

DIFFERS: Final = 1
SHOWN: Final = 10  # refused rows on the screen


class WrongMoveInOption(RegularsError):
    """The words of the command do not go together, or one is not of the form NAME=WORD."""

    code = "wrong-move-in-option"


Files = Annotated[
    list[str] | None,
    typer.Argument(
        help="Files of the other product: CSV, Excel, Parquet, JSON lines. KIND=FILE says what its rows are: points,"
        " pending, tiers, cards, coupons."
    ),
]
Name = Annotated[str, typer.Option("--name", help="What you call this move-in; rows are told apart by it.")]
Source = Annotated[str, typer.Option("--source", help="Whose numbers are in the files: as when the members came in.")]
Region = Annotated[str, typer.Option("--region", help="Country of phone numbers without one, as in DE.")]
Column = Annotated[
    list[str] | None, typer.Option("--column", help="What a column is: HEADING=field; HEADING=- leaves it out.")
]
Same = Annotated[list[str] | None, typer.Option("--same", help="What all rows have: FIELD=WORD, as in unit=points.")]
Dates = Annotated[str, typer.Option("--dates", help="How days are written, as in %d/%m/%Y; else year first.")]
Comma = Annotated[bool, typer.Option("--decimal-comma", help="1.234,50 is a thousand and more.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Tell what would happen, and keep nothing.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take all of it back that was not used since.")]
RefusedTo = Annotated[
    Path | None, typer.Option("--refused", help="Write place and reason of every refused row into this CSV file.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]


def move_in(
    ctx: typer.Context,
    file: Files = None,
    name: Name = "",
    source: Source = "",
    region: Region = "",
    column: Column = None,
    same: Same = None,
    dates: Dates = "",
    decimal_comma: Comma = False,
    dry_run: Dry = False,
    undo: Undo = False,
    refused: RefusedTo = None,
    at: At = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """A programme that ran elsewhere moves in: points and stored value with their dates, levels, card numbers, coupons.
    Rows in = kept + refused. Without files the report is told again. Status 1: it does not tie.

    [bold]regulars move-in points=lots.csv tiers=levels.xlsx --name spring --source club --dry-run[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    _check(file, name, source, undo, dry_run)
    means, all_have = _pairs(column), _pairs(same)
    bars = Bars(Console(stderr=True), quiet=as_json)
    with doing("move-in", data) as told, bars as progress:
        from regulars.access.naming import place_named
        from regulars.programme.moving import files as moving
        from regulars.programme.moving.rows import Policy

        who: dict[str, Any] = {
            "organisation": place_named(at).organisation, "actor": told["actor"], "at": told["at"],
        }  # fmt: skip
        if files := [_file(one) for one in file or ()]:
            policy = Policy(source, means, all_have, region or None, dates, decimal_comma)
            done = moving.move_in(files, policy, name=name, dry_run=dry_run, progress=progress, **who)
        else:
            done = _told_again(name, undo, **who)
        if refused is not None:
            _write(refused, done.refused)
    if as_json:
        typer.echo(json.dumps(_plain(done), ensure_ascii=False, default=str))
    else:
        _show(done, dry_run)
    raise typer.Exit(0 if done.report.ties or done.report.undone_at else DIFFERS)


def _told_again(name: str, undo: bool, *, organisation: UUID, actor: Any, at: datetime) -> "MovedIn":
    """The report as it is now, after taking it back where that is wanted."""
    from regulars.programme.moving.files import MovedIn
    from regulars.programme.moving.reporting import missing, report
    from regulars.programme.moving.taking import move_in_named
    from regulars.programme.moving.undoing import begin_undo, undo_some

    row = move_in_named(name, organisation=organisation)
    if undo and row.undone_at is None:
        begin_undo(row.id, organisation=organisation, actor=actor, at=at)
    while undo and undo_some(row.id, actor=actor, at=at):
        pass
    row.refresh_from_db()
    return MovedIn(report(row, at=at), {}, tuple(one for _, one in missing(row)))


def _check(file: Sequence[str] | None, name: str, source: str, undo: bool, dry_run: bool) -> None:
    if not name:
        raise WrongMoveInOption("Say --name: rows are told apart by it, so that none moves in twice.")
    if file and undo:
        raise WrongMoveInOption("--undo takes back what moved in under --name, and wants no files.")
    if file and not source:
        raise WrongMoveInOption("Say --source: whose numbers are in the files.")
    if dry_run and not file:
        raise WrongMoveInOption("--dry-run tries files; name them.")


def _file(text: str) -> "File":
    """A file that is there keeps its name, even one with = in it."""
    from regulars.programme.moving.columns import kind_named
    from regulars.programme.moving.files import File

    word, equals, rest = text.partition("=")
    if not equals or Path(text).exists():
        return File(Path(text))
    kind = kind_named(word)
    if kind is None:
        raise WrongMoveInOption(f"{word!r} is no kind of rows: points, pending, tiers, cards or coupons.", given=word)
    return File(Path(rest), kind)


def _pairs(said: Sequence[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in said or ():
        name, equals, word = one.partition("=")
        if not equals or not name or not word:
            raise WrongMoveInOption(f"{one!r} is not of the form NAME=WORD.", given=one)
        found[name] = word
    return found


def _write(path: Path, refused: Sequence["Refused"]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "line", "column", "reason"])
        rows.writerows([one.file, one.line, one.column, one.reason] for one in refused)


def _plain(done: "MovedIn") -> dict[str, Any]:
    from regulars.basics.ids import typed

    found = done.report
    lines = [asdict(line) | {"ties": line.ties} for line in found.lines]
    first = [asdict(one) for one in done.refused[:SHOWN]]
    told = {"id": typed("mvi", found.id), "ties": found.ties, "lines": lines, "columns": done.columns, "first": first}
    return asdict(found) | told


def _show(done: "MovedIn", dry_run: bool) -> None:
    console, found = Console(highlight=False, soft_wrap=True), done.report
    if done.columns:
        console.print(", ".join(f"{heading}: {field}" for heading, field in done.columns.items()), markup=False)
    heads = {"kind": "left", "of": "left", "ends in": "left", "rows": "right", "in the files": "right", "here": "right"}
    console.print(table("", {**heads, "missing": "left"}, [_line(line) for line in found.lines]))
    console.print(f"{found.rows:,} rows: {found.kept:,} kept, {found.refused:,} refused.")
    for one in done.refused[:SHOWN]:
        console.print(f"  {one.file} line {one.line}: {one.column} {one.reason}", markup=False)
    for what, count in found.taken_back.items():
        console.print(f"  {what.replace('_', ' ')}: {count:,}")
    if not found.undone_at:
        ties = "It ties: what the files say is here, to the unit."
        console.print(ties if found.ties else "It does not tie: see what is missing.")
    if dry_run:
        console.print("Nothing was kept: this was a dry run.")


def _line(line: "Tie") -> list[str]:
    gone = "" if line.ties else f"{line.rows_said - line.rows_here:,} rows, {line.said - line.here:,}"
    return [line.kind, line.label, line.month, f"{line.rows_said:,}", f"{line.said:,}", f"{line.here:,}", gone]
