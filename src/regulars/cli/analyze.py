"""`regulars analyze`: the main job, from a sales file to a report."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from regulars.cli.showing import Bars

READ = "What to read"
DECIDE = "What to decide"
MACHINE = "For machines"


def analyze(
    ctx: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Sales files or folders. None: the lake as it is.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the report; made if it is not there.")] = Path("report"),
    lake: Annotated[
        Path | None, typer.Option(help="The history to add to; else OUT/lake.", rich_help_panel=READ)
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="What the columns mean: an edited mapping.toml.", rich_help_panel=READ)
    ] = None,
    members: Annotated[
        Path | None, typer.Option(help="A list of known people; who never bought is a prospect.", rich_help_panel=READ)
    ] = None,
    name: Annotated[str, typer.Option(help="The shop's name, for the report.", rich_help_panel=DECIDE)] = "",
    lang: Annotated[str, typer.Option(help="Language of the report: en or zh.", rich_help_panel=DECIDE)] = "en",
    cut_off: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day to look at; else the last known.", rich_help_panel=DECIDE),
    ] = None,
    horizon: Annotated[
        int | None,
        typer.Option(min=7, max=3650, help="Days ahead to expect; else a year at most.", rich_help_panel=DECIDE),
    ] = None,
    discount_rate: Annotated[
        float, typer.Option(min=0, max=1, help="Yearly rate for worth to come.", rich_help_panel=DECIDE)
    ] = 0.10,
    classes: Annotated[
        str,
        typer.Option(
            help="Where 'important' and 'VIP' begin: best shares ('20%,2.5%') or spend in the last year ('500,2000').",
            rich_help_panel=DECIDE,
        ),
    ] = "20%,2.5%",
    seed: Annotated[int, typer.Option(help="For drawn intervals: same seed, same report.", rich_help_panel=DECIDE)] = 7,
    memory: Annotated[str, typer.Option(help="The engine's memory; past it, disk.", rich_help_panel=MACHINE)] = "6GB",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print summary.json on standard output; never ask.", rich_help_panel=MACHINE)
    ] = False,
) -> None:
    """Read sales files, keep their history, and write a report on the customers behind them.

    [bold]regulars analyze sales.csv --out report/[/bold]

    Add a month later, or analyse again without a new file:

    [bold]regulars analyze march.csv --lake report/lake --out report/[/bold]

    Exit status: 0 done; 2 refused, with the reason; 130 stopped (run again to go on).
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.cli.analysing import Job, run
    from regulars.insight.settings import Settings

    settings = Settings.of(
        name=name,
        cut_off=cut_off.date() if cut_off else None,
        horizon_days=horizon,
        discount_rate=discount_rate,
        classes=classes,
        seed=seed,
    )
    console = Console(stderr=True)
    job = Job(
        paths=paths or [],
        out=out,
        lake=lake or out / "lake",
        mapping=mapping,
        members=members,
        lang=lang,
        memory=memory,
        may_ask=not as_json and console.is_terminal,
    )
    with Bars(console, quiet=as_json) as progress:
        summary = run(job, settings, console=console, progress=progress)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))

