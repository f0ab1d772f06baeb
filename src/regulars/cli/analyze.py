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

Paths = Annotated[list[Path] | None, typer.Argument(help="Sales files or folders. None: the lake as it is.")]
Out = Annotated[Path, typer.Option(help="Folder for the report; made if it is not there.")]
LakeDir = Annotated[Path | None, typer.Option(help="The history to add to; else OUT/lake.", rich_help_panel=READ)]
Mapping = Annotated[
    Path | None, typer.Option(help="What the columns mean: an edited mapping.toml.", rich_help_panel=READ)
]
Members = Annotated[
    Path | None, typer.Option(help="A list of known people; who never bought is a prospect.", rich_help_panel=READ)
]
Campaigns = Annotated[
    Path | None, typer.Option(help="Who was assigned to which campaign: what it earned.", rich_help_panel=READ)
]
Survey = Annotated[Path | None, typer.Option(help="Answers of a survey: how content they are.", rich_help_panel=READ)]
Complaints = Annotated[
    Path | None, typer.Option(help="Complaints: what they cost, which to answer first.", rich_help_panel=READ)
]
Name = Annotated[str, typer.Option(help="The shop's name, for the report.", rich_help_panel=DECIDE)]
Lang = Annotated[str, typer.Option(help="Language of the report: en or zh.", rich_help_panel=DECIDE)]
CutOff = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Last day to look at; else the last known.", rich_help_panel=DECIDE),
]
Horizon = Annotated[
    int | None,
    typer.Option(min=7, max=3650, help="Days ahead to expect; else a year at most.", rich_help_panel=DECIDE),
]
Discount = Annotated[float, typer.Option(min=0, max=1, help="Yearly rate for worth to come.", rich_help_panel=DECIDE)]
Classes = Annotated[
    str,
    typer.Option(
        help="Where 'important' and 'VIP' begin: best shares ('20%,2.5%') or spend in the last year ('500,2000').",
        rich_help_panel=DECIDE,
    ),
]
Seed = Annotated[int, typer.Option(help="For drawn intervals: same seed, same report.", rich_help_panel=DECIDE)]
Memory = Annotated[str, typer.Option(help="The engine's memory; past it, disk.", rich_help_panel=MACHINE)]
Json = Annotated[
    bool, typer.Option("--json", help="Print summary.json on standard output; never ask.", rich_help_panel=MACHINE)
]


def analyze(
    ctx: typer.Context,
    paths: Paths = None,
    out: Out = Path("report"),
    lake: LakeDir = None,
    mapping: Mapping = None,
    members: Members = None,
    campaigns: Campaigns = None,
    survey: Survey = None,
    complaints: Complaints = None,
    name: Name = "",
    lang: Lang = "en",
    cut_off: CutOff = None,
    horizon: Horizon = None,
    discount_rate: Discount = 0.10,
    classes: Classes = "20%,2.5%",
    seed: Seed = 7,
    memory: Memory = "7GB",
    as_json: Json = False,
) -> None:
    """Read sales files, keep their history, and write a report on the customers behind them.

    [bold]regulars analyze sales.csv --out report/[/bold]

    Add a month later, or analyse again without a new file:

    [bold]regulars analyze march.csv --lake report/lake --out report/[/bold]

    Exit status: 0 done; 2 refused, with the reason; 130 stopped (run again to go on).
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.cli.analysing import Job, run
    from regulars.insight.beside import Beside
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
    may_ask = not as_json and console.is_terminal
    beside = Beside(campaigns, survey, complaints)
    job = Job(paths or [], out, lake or out / "lake", mapping, members, beside, lang, memory, may_ask)
    with Bars(console, quiet=as_json) as progress:
        summary = run(job, settings, console=console, progress=progress)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
