"""`regulars score`: a kept model on new customers, of a table or of sales."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from regulars.cli.showing import Bars, table

if TYPE_CHECKING:
    from regulars.insight.cards.runs import Run

RUNS = (Path("churn/model"), Path("report/models"))
LINES = "Of sales lines"

Paths = Annotated[list[Path] | None, typer.Argument(help="The new customer table; or sales files.")]
RunName = Annotated[str | None, typer.Option("--run", help="The run's id, how it begins, or its folder.")]
Runs = Annotated[Path | None, typer.Option(help="Folder of runs; else churn/model or report/models.")]
Out = Annotated[Path, typer.Option(help="CSV or Parquet to write.")]
LakeDir = Annotated[
    Path | None, typer.Option(help="The history to score, as `regulars analyze` keeps it.", rich_help_panel=LINES)
]
Members = Annotated[
    Path | None, typer.Option(help="A list of known people, as for `regulars analyze`.", rich_help_panel=LINES)
]
Mapping = Annotated[
    Path | None, typer.Option(help="What the columns mean: an edited mapping.toml.", rich_help_panel=LINES)
]
CutOff = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Last day to look at; else the last known.", rich_help_panel=LINES),
]
IdColumn = Annotated[str | None, typer.Option("--id", help="Column with the customer of a table; else found.")]
Listed = Annotated[bool, typer.Option("--list", help="Show the runs that there are.")]
Lang = Annotated[str, typer.Option(help="Language of the reasons: en or zh.")]
Memory = Annotated[str, typer.Option(help="The engine's memory; past it, disk.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]


def score(
    ctx: typer.Context,
    paths: Paths = None,
    run: RunName = None,
    runs: Runs = None,
    out: Out = Path("scores.csv"),
    lake: LakeDir = None,
    members: Members = None,
    mapping: Mapping = None,
    cut_off: CutOff = None,
    id_column: IdColumn = None,
    listed: Listed = False,
    lang: Lang = "en",
    memory: Memory = "6GB",
    as_json: Json = False,
) -> None:
    """Score new customers with a kept run.

    [bold]regulars score --run 3f2a new.csv --out scores.csv[/bold]

    A run of `regulars analyze` scores sales:

    [bold]regulars score --run report/models/3f2a --lake report/lake[/bold]

    [bold]regulars score --list --runs churn/model[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.cli.rescoring import Wanted
    from regulars.insight.cards.forgetting import used
    from regulars.insight.cards.runs import list_runs
    from regulars.insight.report.words import translations
    from regulars.insight.settings import WrongSetting

    folder = runs or next((known for known in RUNS if known.is_dir()), RUNS[0])
    if listed:
        _show(list_runs(folder), folder, as_json=as_json)
        return
    if run is None or not (paths or lake):
        raise WrongSetting(
            "Name a run and what to score: regulars score --run ID NEW.csv, or --run ID --lake DIR; "
            "--list shows the runs."
        )
    translations(lang)  # an unknown language is refused before anything is read
    day = cut_off.date() if cut_off else None
    wanted = Wanted(paths or [], out, lake, members, mapping, day, id_column, lang, memory)
    named = Path(run).resolve() if (Path(run) / "run.json").exists() else Path(run)
    with used(*((named.parent, named.name) if len(named.parts) > 1 else (folder, run))) as kept:
        told, sentences = _scored(kept, wanted, quiet=as_json)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for sentence in sentences:
        Console(stderr=True).print(sentence, markup=False, highlight=False, soft_wrap=True)


def _scored(kept: "Run", wanted: Any, *, quiet: bool) -> tuple[dict[str, Any], list[str]]:
    """What --json says, and what a person reads."""
    from regulars.cli import rescoring as job
    from regulars.insight.settings import WrongSetting

    if kept.kind == "table":
        of_table = job.score_table(kept, wanted)
        return job.told_of_table(kept, of_table, wanted.out), job.table_in_words(kept, of_table, wanted.out)
    if kept.kind != "lines":
        raise WrongSetting(f"Run {kept.id} reads {kept.kind}, neither a customer table nor sales lines.")
    with Bars(Console(stderr=True), quiet=quiet) as progress:
        of_lines = job.score_lines(kept, wanted, progress=progress)
    return job.told_of_lines(kept, of_lines, wanted.out), job.lines_in_words(kept, of_lines, wanted.out)


def _show(runs: "list[Run]", folder: Path, *, as_json: bool) -> None:
    from regulars.insight.cards.forgetting import stays

    rows = [
        {
            "run": run.id,
            "reads": run.kind,
            "target": run.plain["target"],
            "family": run.card["model"]["family"],
            "usable": run.card["model"]["usable"],
            "base_rate": run.card["data"]["base_rate"],
            "stays": stays(folder, run),
        }
        for run in runs
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    shown = [
        [str(row[name]) for name in ("run", "reads", "family")]
        + [*("yes" if row[name] else "no" for name in ("usable", "stays"))]
        + [f"{row['base_rate']:.1%}", str(row["target"])]
        for row in rows
    ]
    left = dict.fromkeys(("run", "reads", "model", "usable", "stays"), "left")
    columns = left | {"left": "right", "target": "left"}
    Console().print(table("", columns, shown))
