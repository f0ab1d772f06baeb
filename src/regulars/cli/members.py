"""`regulars members`: lists of people taken in, duplicates, merging, erasing, and everything about one person."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from regulars.basics.errors import RegularsError
from regulars.cli.operating import Data, doing
from regulars.cli.refusing import RefusingGroup
from regulars.cli.showing import Bars, plain, table
from regulars.cli.staff import At

if TYPE_CHECKING:
    from regulars.members.importing import Imported

members = typer.Typer(
    no_args_is_help=True,
    cls=RefusingGroup,
    help="People: import, undo, duplicates, merge, export, erase, help to log in.",
)

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]
Member = Annotated[str, typer.Argument(help="The member's id: mbr_…")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the trail.")]


class WrongColumn(RegularsError):
    """An option is not of the form COLUMN=WORD."""

    code = "wrong-column"


@contextmanager
def _doing(
    ctx: typer.Context, command: str, data: Path | None, at: str, as_json: bool = False
) -> Iterator[dict[str, Any]]:
    """The installation, and what every verb of this room wants to know of its caller."""
    ctx.find_root().meta["regulars.json"] = as_json
    with doing(f"members {command}", data) as told:
        from regulars.access.naming import place_named

        yield {"organisation": place_named(at).organisation, "actor": told["actor"], "at": told["at"]}


@members.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A list of people: CSV, Excel, Parquet, in any encoding.")],
    source: Annotated[str, typer.Option("--source", help="Whose list it is; its ids are recognised by this name.")],
    region: Annotated[str, typer.Option("--region", help="Country of phone numbers without one, as in DE.")] = "",
    column: Annotated[
        list[str] | None, typer.Option("--column", help="What a column is: HEADING=fact; HEADING=- leaves it out.")
    ] = None,
    way: Annotated[
        list[str] | None, typer.Option("--way", help="For members already known: COLUMN=fill, overwrite or keep.")
    ] = None,
    policy: Annotated[str, typer.Option("--policy", help="The way of all other columns.")] = "fill",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen, and keep nothing.")] = False,
    at: At = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Takes members in from a file. Rows in = taken + refused; the whole import can be undone. Stopped, it is taken up
    again by the same command.

    [bold]regulars members import people.csv --source shop --region DE --dry-run[/bold]
    """
    bars = Bars(Console(stderr=True), quiet=as_json)
    with (
        _doing(ctx, "import", data, at, as_json) as told,
        tempfile.TemporaryDirectory(prefix="regulars-") as work,
        bars as progress,
    ):
        from regulars.members.importing import Policy, import_members

        asked = Policy(source, _pairs(column), _pairs(way), policy, region or None)
        done = import_members(file, asked, work=Path(work), dry_run=dry_run, progress=progress, **told)
    if as_json:
        typer.echo(json.dumps([{**asdict(one), "number": one.id} for one in done], ensure_ascii=False))
    for one in done if not as_json else ():
        _show(one, dry_run)


@members.command("undo")
def undo(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(help="The import's id: imp_…")],
    at: At = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Takes a whole import back, its updates too. What was changed since stays, and is counted.

    [bold]regulars members undo imp_01kdvdna00e008000000000000[/bold]
    """
    with _doing(ctx, "undo", data, at, as_json) as told:
        from regulars.basics.ids import untyped
        from regulars.members.importing_undo import undo

        _tell(undo(untyped("imp", number), **told), as_json)


@members.command("duplicates")
def duplicates(
    ctx: typer.Context,
    score: Annotated[float, typer.Option("--score", min=0.01, max=1, help="From how sure on a pair is listed.")] = 0.5,
    show: Annotated[int, typer.Option("--show", min=0, help="So many pairs, surest first.")] = 20,
    merge_exact: Annotated[
        bool, typer.Option("--merge-exact", help="Merge those of the same name and phone or mail at once.")
    ] = False,
    memory: Annotated[str, typer.Option("--memory", help="What the search may use.")] = "6GB",
    at: At = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Looks for people entered twice, and lists them for somebody to decide. Names are compared in memory only.

    [bold]regulars members duplicates --show 50[/bold]
    """
    with _doing(ctx, "duplicates", data, at, as_json) as told:
        from regulars.basics.ids import typed
        from regulars.members import duplicates as found

        counted: dict[str, Any] = dict(found.search(score_min=score, memory=memory, **told))
        if merge_exact:
            counted |= found.merge_exact(**told)
        pairs = found.to_review(organisation=told["organisation"], limit=show) if show else []
        rows = [
            [typed("mbr", pair.one), typed("mbr", pair.two), f"{pair.score:.3f}", _agreeing(pair.reasons)]
            for pair in pairs
        ]
    if as_json:
        listed = [dict(zip(("one", "two", "score", "reasons"), row, strict=True)) for row in rows]
        typer.echo(json.dumps({**counted, "listed": listed}, ensure_ascii=False))
        return
    _tell(counted, as_json)
    heads = {"one": "left", "two": "left", "score": "right", "what agrees": "left"}
    plain().print(table("", heads, rows))


@members.command("merge")
def merge(ctx: typer.Context, survivor: Member, other: Member, reason: Reason, at: At = "", data: Data = None) -> None:
    """Takes the second member into the first; both ids go on working. Refused while either has open holds.

    [bold]regulars members merge mbr_01kdvdna00e008000000000000 mbr_01kdvdna00e008000000000001 --reason twice[/bold]
    """
    with _doing(ctx, "merge", data, at) as told:
        from regulars.members import merging

        merging.merge(_id(survivor), _id(other), reason=reason, **told)
        typer.echo(f"{other} is {survivor} now. Undo: regulars members unmerge {other}")


@members.command("unmerge")
def unmerge(
    ctx: typer.Context, other: Member, reason: Reason, at: At = "", data: Data = None, as_json: Json = False
) -> None:
    """Gives a merged member back everything that was its own, also after new purchases.

    [bold]regulars members unmerge mbr_01kdvdna00e008000000000001 --reason "two people"[/bold]
    """
    with _doing(ctx, "unmerge", data, at, as_json) as told:
        from regulars.members import merging

        _tell(merging.unmerge(_id(other), reason=reason, **told), as_json)


@members.command("export")
def export(
    ctx: typer.Context,
    member: Member,
    out: Annotated[Path, typer.Option("--out", help="Folder for the two files.")],
    at: At = "",
    data: Data = None,
) -> None:
    """Writes everything known of one person: as JSON, and as a page to read.

    [bold]regulars members export mbr_01kdvdna00e008000000000000 --out ann/[/bold]
    """
    with _doing(ctx, "export", data, at) as told:
        from regulars.members import exporting

        found = exporting.export(_id(member), **told)
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    for ending, text in (("json", exporting.as_json(found)), ("html", exporting.as_html(found))):
        path = out / f"{found['member']}.{ending}"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        typer.echo(str(path))


@members.command("erase")
def erase(
    ctx: typer.Context, member: Member, reason: Reason, at: At = "", data: Data = None, as_json: Json = False
) -> None:
    """Takes a person out of every room and of the lake; totals stay. It cannot be undone.

    [bold]regulars members erase mbr_01kdvdna00e008000000000000 --reason "asked for it"[/bold]
    """
    with _doing(ctx, "erase", data, at, as_json) as told:
        from regulars.members import erasing

        done = erasing.erase(_id(member), reason=reason, **told)
        done["lake"] = {"rows": erasing.finish_lakes(at=told["at"])}
        _tell(done, as_json)


@members.command("login-link")
def login_link(
    ctx: typer.Context,
    member: Member,
    url: Annotated[str, typer.Option("--url", help="Where members find their pages; else as REGULARS_URL says.")] = "",
    at: At = "",
    data: Data = None,
) -> None:
    """Prints a link by which a member logs in to their own pages: good for an hour, and once. For who gets no code.

    [bold]regulars members login-link mbr_01kdvdna00e008000000000000 --url https://club.example[/bold]
    """
    with _doing(ctx, "login-link", data, at) as told:
        from django.conf import settings
        from django.urls import reverse

        from regulars.portal.services.links import make

        typer.echo((url.rstrip("/") or settings.PUBLIC_URL) + reverse("my-link", args=[make(_id(member), **told)]))


def _id(text: str) -> UUID:
    from regulars.basics.ids import untyped

    return untyped("mbr", text)


def _pairs(said: Sequence[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in said or ():
        name, equals, word = one.rpartition("=")
        if not equals or not name or not word:
            raise WrongColumn(f"{one!r} is not of the form COLUMN=WORD.", given=one)
        found[name] = word
    return found


def _agreeing(reasons: dict[str, str]) -> str:
    return ", ".join(f"{field} {level}" for field, level in reasons.items())


def _tell(counted: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(counted, ensure_ascii=False, default=str))
        return
    for name, count in counted.items():
        typer.echo(f"{name.replace('_', ' ')}: {json.dumps(count, ensure_ascii=False, default=str)}")


def _show(told: "Imported", dry_run: bool) -> None:
    console = Console(stderr=True, highlight=False)
    console.print(", ".join(f"{heading}: {field}" for heading, field in told.columns.items()), markup=False)
    if told.taken_up:
        console.print(f"It was stopped before: taken up after line {told.taken_up:,}.")
    counts = f"{told.created:,} new, {told.changed:,} changed, {told.unchanged:,} the same, {told.refused:,} refused"
    console.print(f"{told.file}: {told.rows:,} rows, {counts}.", markup=False)
    for one in told.first:
        console.print(f"  line {one.line}: {one.column} {one.reason}", markup=False)
    typer.echo("Nothing was kept: a dry run." if dry_run else f"Undo: regulars members undo {told.id}")
