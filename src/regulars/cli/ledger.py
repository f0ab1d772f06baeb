"""`regulars ledger`: the books sealed, verified, closed and told."""

import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from regulars.cli.operating import Data, installation
from regulars.cli.refusing import RefusingGroup
from regulars.cli.showing import Bars, table

if TYPE_CHECKING:
    from regulars.ledger.settlement import Statement
    from regulars.ledger.verify import Verified

DIFFERS = 1
ledger = typer.Typer(
    no_args_is_help=True, cls=RefusingGroup, help="The books: verify, seal, close, roll forward, settle."
)

Json = Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")]
Unit = Annotated[str, typer.Option("--unit", help="Code of the unit, e.g. points.")]
Since = Annotated[datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="First day.")]
Until = Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day; it must be closed.")]


@ledger.command("verify")
def verify(
    ctx: typer.Context,
    data: Data = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=32, help="Connections side by side.")] = 2,
    anchor: Annotated[
        list[str] | None, typer.Option("--anchor", help="A head of the chain kept elsewhere, as number:digest.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last one, if it was stopped.")] = False,
    as_json: Json = False,
) -> None:
    """Adds everything up again from zero and looks at the chain; tills go on meanwhile. Status 1: something differs.

    [bold]regulars ledger verify[/bold]
    """
    begin(ctx, data, as_json)
    from django.utils import timezone

    from regulars.ledger.verify import verify

    with Bars(Console(stderr=True), quiet=as_json) as progress:
        found = verify(at=timezone.now(), jobs=jobs, anchors=anchor or [], resume=resume, progress=progress)
    if as_json:
        typer.echo(json.dumps({"right": found.right, **asdict(found)}, ensure_ascii=False, default=str))
    else:
        _show(found)
    raise typer.Exit(0 if found.right else DIFFERS)


@ledger.command("seal")
def seal(ctx: typer.Context, data: Data = None, as_json: Json = False) -> None:
    """Binds what was posted into the chain now, and prints its head: keep it elsewhere. The worker does it by itself.

    [bold]regulars ledger seal[/bold]
    """
    begin(ctx, data, as_json)
    from django.utils import timezone

    from regulars.ledger.seals import seal

    sealed = seal(at=timezone.now())
    told = {"head": str(sealed.head), "transfers": sealed.transfers, "waiting": sealed.waiting}
    if as_json:
        typer.echo(json.dumps(told | {"elsewhere": sealed.elsewhere}))
        return
    Console(stderr=True).print(f"{sealed.transfers:,} transfers sealed.")
    if sealed.waiting:
        Console(stderr=True).print(f"{sealed.waiting} open transactions are in the way of newer ones; try again.")
    typer.echo(told["head"])


@ledger.command("close")
def close(ctx: typer.Context, data: Data = None, as_json: Json = False) -> None:
    """Closes the days that are over, for every unit. The worker does it by itself.

    [bold]regulars ledger close[/bold]
    """
    begin(ctx, data, as_json)
    from django.utils import timezone

    from regulars.journal.moves import Actor
    from regulars.ledger.books_closing import close_due

    closed = 0
    while step := close_due(actor=Actor.job("regulars ledger close"), at=timezone.now()):
        closed += step
    typer.echo(json.dumps({"days": closed}) if as_json else f"{closed} days closed.")


@ledger.command("roll-forward")
def roll_forward(
    ctx: typer.Context, unit: Unit, since: Since = None, until: Until = None, data: Data = None, as_json: Json = False
) -> None:
    """The liability by month of earning: opening, what was earned, spent, expired …, closing. Without --until: now.

    [bold]regulars ledger roll-forward --unit points --since 2026-05-01 --until 2026-05-31[/bold]
    """
    begin(ctx, data, as_json)
    from regulars.ledger.books import COLUMNS, roll_forward

    found = roll_forward(unit, since.date() if since else date.min, until.date() if until else None)
    if as_json:
        cohorts = [asdict(one) | {"closing": one.closing} for one in found.cohorts]
        told = {
            "unit": unit,
            "kind": found.kind,
            "opening": found.opening,
            "closing": found.closing,
            "cohorts": cohorts,
        }
        typer.echo(json.dumps(told, default=str))
        return
    used = [name for name in COLUMNS if any(cohort.movements[name] for cohort in found.cohorts)]
    rows = [
        [f"{c.month:%Y-%m}" if c.month else "debts", f"{c.opening:,}"]
        + [f"{c.movements[name]:,}" for name in used]
        + [f"{c.closing:,}"]
        for c in found.cohorts
    ]
    totals = [f"{sum(c.movements[name] for c in found.cohorts):,}" for name in used]
    rows.append(["all", f"{found.opening:,}", *totals, f"{found.closing:,}"])
    heads = dict.fromkeys(["month", "opening", *(name.replace("_", " ") for name in used), "closing"], "right")
    Console().print(table(f"{unit} ({found.kind})", heads | {"month": "left"}, rows))


@ledger.command("statement")
def statement(
    ctx: typer.Context,
    unit: Unit,
    month: Annotated[datetime, typer.Option("--month", formats=["%Y-%m"], help="The month, e.g. 2026-05.")],
    merchant: Annotated[str, typer.Option("--merchant", help="Only this merchant.")] = "",
    close: Annotated[bool, typer.Option("--close", help="Close the period first: its statements are frozen.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """What each merchant gave, took and owes in a month. Closed months are frozen; corrections land in the next.

    [bold]regulars ledger statement --unit points --month 2026-05[/bold]
    """
    begin(ctx, data, as_json)
    from django.utils import timezone

    from regulars.journal.moves import Actor
    from regulars.ledger.settlement import close_period, statements

    first_on = month.date()
    last_on = (first_on + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if close:
        close_period(unit, last_on, actor=Actor.job("regulars ledger statement"), at=timezone.now())
    found = [one for one in statements(unit, last_on, None if close else first_on) if merchant in ("", one.merchant)]
    if as_json:
        told = [asdict(one) | {"due": one.due} for one in found]
        typer.echo(json.dumps(told, default=str, ensure_ascii=False))
    else:
        _tell(found)


def begin(ctx: typer.Context, data: Path | None, as_json: bool) -> None:
    """Before a room is asked: which installation; its database runs until the command ends."""
    ctx.find_root().meta["regulars.json"] = as_json
    ctx.with_resource(installation(data))


def _show(found: "Verified") -> None:
    console = Console(highlight=False, soft_wrap=True)
    looked = ", ".join(f"{count:,} {name}" for name, count in found.looked.items() if count)
    console.print(f"Looked at {looked}.")
    for one in found.units:
        console.print(f"{one.unit}: holders {one.holders:,}, house {one.house:,}")
    rows = [[d.what, d.subject, d.stands or "", d.should or ""] for d in found.differences]
    if rows:
        heads = dict.fromkeys(["what", "of", "stands", "should be"], "left")
        console.print(table(f"{found.differing:,} differences", heads, rows))
    console.print("Everything agrees." if found.right else "[bold red]Something differs.[/bold red]")


def _tell(found: "list[Statement]") -> None:
    console = Console()
    heads: dict[str, Any] = {"line": "left", "with": "left", "store": "left", "transfers": "right", "amount": "right"}
    for one in found:
        rows = [[e.line.value, e.counterparty, e.store, f"{e.transfers:,}", f"{e.amount:,}"] for e in one.entries]
        state = "frozen" if one.frozen else "not closed"
        console.print(table(f"{one.merchant}: {one.unit}, {one.first_on} to {one.last_on}, {state}", heads, rows))
        console.print(f"due to it: {one.due:,}\n", highlight=False)
