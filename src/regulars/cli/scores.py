"""`regulars scores`: everybody's classes, stages and scores: a run now, the runs there were, what one of them found."""

import json
import time
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from regulars.cli.operating import Data, doing, installation
from regulars.cli.refusing import RefusingGroup
from regulars.cli.showing import plain, table
from regulars.cli.staff import At

if TYPE_CHECKING:
    from uuid import UUID

    from regulars.scorebook.models import Run

FAILED: Final = 1
LOOK_EVERY: Final = 1.0  # seconds, where a worker has the run
scores = typer.Typer(no_args_is_help=True, cls=RefusingGroup, help="Scores of members: runs, and what they found.")
Json = Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")]


@scores.command("run")
def run_now(
    ctx: typer.Context,
    cut_off: Annotated[
        datetime | None, typer.Option("--cut-off", formats=["%Y-%m-%d"], help="Last day looked at; else yesterday.")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Stay until it is over; else a worker does it.")
    ] = True,
    at: At = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Scores everybody: here, or by the worker where one is quicker. Stopped, it goes on with the next worker or run.
    Status 1: it failed or was cancelled; the last good scores stay.

    [bold]regulars scores run[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    with doing("scores run", data) as told:
        from regulars.access.naming import place_named
        from regulars.scorebook.services import ask

        home = place_named(at).organisation
        who: dict[str, Any] = {"actor": told["actor"], "at": told["at"]}
        number = ask(organisation=home, cut_off=cut_off.date() if cut_off else None, **who)
        found = _worked(number, home, **who) if wait else _row(number, home)
        _tell(found, as_json)
        ended = found.state in ("failed", "cancelled")
    raise typer.Exit(FAILED if ended else 0)


@scores.command("list")
def listed(at: At = "", data: Data = None) -> None:
    """Runs, newest first."""
    with installation(data):
        from regulars.access.naming import place_named
        from regulars.basics.ids import typed
        from regulars.scorebook.selectors import runs

        found = runs(place_named(at).organisation)
        rows = [
            [
                typed("scr", one.id),
                f"{one.state} *" if one.present else one.state,
                str(one.cut_off),
                f"{one.members:,}",
                ", ".join(f"{what}: {why}" for what, why in one.left_out.items()) or one.code,
            ]
            for one in found
        ]
    heads = {"id": "left", "state, * present": "left", "up to": "left", "members": "right", "left out": "left"}
    plain().print(table("", heads, rows))


@scores.command("show")
def show(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(help="The id of a run (scr_…); the present one where none is said.")] = "",
    at: At = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """A run: its steps, what was left out and why, and how good its models are."""
    ctx.find_root().meta["regulars.json"] = as_json
    with installation(data):
        from regulars.access.naming import place_named
        from regulars.basics.ids import untyped
        from regulars.scorebook.errors import UnknownScoresRun
        from regulars.scorebook.selectors import present_run

        home = place_named(at).organisation
        found = _row(untyped("scr", run), home) if run else present_run(home)
        if found is None:
            raise UnknownScoresRun("There are no scores yet: regulars scores run")
        _tell(found, as_json)


def _worked(number: "UUID", home: "UUID", **who: Any) -> "Run":
    """Works at it; or, where a worker has it, waits until that is done."""
    from regulars.scorebook.sending import run_due

    while (row := _row(number, home)).ended_at is None:
        if not run_due(**who):
            time.sleep(LOOK_EVERY)
    return row


def _row(number: "UUID", home: "UUID") -> "Run":
    from regulars.scorebook.selectors import run_of

    return run_of(number, organisation=home)


def _tell(row: "Run", as_json: bool) -> None:
    told = _told(row)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    typer.echo(f"{told['run']}: {row.state}, up to {row.cut_off}, {row.members:,} members")
    if row.code:
        typer.echo(f"{row.code}: {row.detail}")
    steps = [
        [one["name"], one["seconds"], ", ".join(f"{name} {said}" for name, said in one["told"].items())]
        for one in told["steps"]
    ]
    plain().print(table("", {"step": "left", "seconds": "right", "found": "left"}, steps))
    if told["models"]:
        cards = [[one["model"], "yes" if one["usable"] else one["why_not"]] for one in told["models"]]
        plain().print(table("", {"model": "left", "gives numbers": "left"}, cards))


def _told(row: "Run") -> dict[str, Any]:
    from regulars.basics.ids import typed
    from regulars.scorebook.reasons import accuracy
    from regulars.scorebook.selectors import cards_of, steps_of

    def seconds(begun: datetime | None, ended: datetime | None) -> str:
        return "" if begun is None or ended is None else f"{(ended - begun).total_seconds():.1f}"

    return {
        "run": typed("scr", row.id),
        "state": row.state,
        "present": row.present,
        "cut_off": date.isoformat(row.cut_off),
        "members": row.members,
        "left_out": row.left_out,
        "code": row.code,
        "detail": row.detail,
        "steps": [
            {"name": one.name, "seconds": seconds(one.begun_at, one.ended_at), "told": one.told}
            for one in steps_of([row.id])[row.id]
        ],
        "models": [
            {"model": one.model, "usable": one.usable, "why_not": one.why_not, **accuracy(one.model, one.card)}
            for one in cards_of(row.id)
        ],
    }
