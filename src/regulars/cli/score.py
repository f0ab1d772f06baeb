"""`regulars score`: a kept model on new customers."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from regulars.cli.showing import table

if TYPE_CHECKING:
    from regulars.insight.cards.runs import Run
    from regulars.insight.tables.again import Rescored

RUNS = (Path("churn/model"), Path("report/models"))


def score(
    ctx: typer.Context,
    customers: Annotated[Path | None, typer.Argument(help="The new customer table.")] = None,
    run: Annotated[str | None, typer.Option(help="The run's id, or how it begins.")] = None,
    runs: Annotated[Path | None, typer.Option(help="Folder of runs; else churn/model or report/models.")] = None,
    out: Annotated[Path, typer.Option(help="CSV or Parquet to write.")] = Path("scores.csv"),
    id_column: Annotated[str | None, typer.Option("--id", help="Column with the customer; else found.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the runs that there are.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the reasons: en or zh.")] = "en",
    memory: Annotated[str, typer.Option(help="The engine's memory; past it, disk.")] = "6GB",
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")] = False,
) -> None:
    """Score new customers with a kept run.

    [bold]regulars score --run 3f2a new.csv --out scores.csv[/bold]

    [bold]regulars score --list --runs churn/model[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.insight.cards.runs import list_runs, read_run
    from regulars.insight.settings import WrongSetting

    folder = runs or next((known for known in RUNS if known.is_dir()), RUNS[0])
    if listed:
        _show(list_runs(folder), as_json=as_json)
        return
    if run is None or customers is None:
        raise WrongSetting("Name a run and a table: regulars score --run ID NEW.csv; --list shows the runs.")
    kept = read_run(folder, run)
    if kept.kind != "table":
        raise WrongSetting(f"Run {kept.id} reads {kept.kind}, not a customer table.")
    found = _scored(kept, customers, id_column, lang, memory, out)
    told: dict[str, Any] = {
        "run": kept.id,
        "customers": found.table.num_rows,
        "missing": found.missing,
        "new_levels": found.new_levels,
        "unread": found.unread,
        "file": str(out),
    }
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for sentence in _in_words(kept, found, out):
        Console(stderr=True).print(sentence, markup=False, highlight=False, soft_wrap=True)


def _scored(run: "Run", customers: Path, id_column: str | None, lang: str, memory: str, out: Path) -> "Rescored":
    import tempfile

    from regulars.history.engine import Engine, quoted
    from regulars.insight.report.numbers import Numbers
    from regulars.insight.report.outputs import write_csv
    from regulars.insight.report.words import Words
    from regulars.insight.tables.again import rescore
    from regulars.insight.tables.reading import read_customer_table

    words = Words(lang, Numbers(lang, "XXX", 2))
    with tempfile.TemporaryDirectory(prefix="regulars-") as folder, Engine(memory=memory) as engine:
        read = read_customer_table(customers, engine=engine, work=Path(folder))
        found = rescore(run, read, engine=engine, words=words, id=id_column)
        engine.register("rescored", found.table)
        out.parent.mkdir(parents=True, exist_ok=True)
        query = "SELECT * FROM rescored"
        if out.suffix == ".parquet":
            engine.connection.execute(f"COPY ({query}) TO {quoted(out)} (FORMAT parquet, COMPRESSION zstd)")
        else:
            write_csv(query, engine, out)
    return found


def _in_words(run: "Run", found: "Rescored", out: Path) -> list[str]:
    said = [f"{found.table.num_rows:,} customers scored with run {run.id}. Written to {out}."]
    if found.missing:
        said.append(f"Not in the table, so unknown for everybody: {', '.join(found.missing)}.")
    said += [f"New in {column}, taken as 'other': {', '.join(new)}." for column, new in found.new_levels.items()]
    said += [f"{count:,} cells of {column} could not be read." for column, count in found.unread.items()]
    return said


def _show(runs: "list[Run]", *, as_json: bool) -> None:
    rows = [
        {
            "run": run.id,
            "reads": run.kind,
            "target": run.plain["target"],
            "family": run.card["model"]["family"],
            "usable": run.card["model"]["usable"],
            "base_rate": run.card["data"]["base_rate"],
        }
        for run in runs
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    shown = [
        [str(row[name]) for name in ("run", "reads", "family")]
        + ["yes" if row["usable"] else "no", f"{row['base_rate']:.1%}", str(row["target"])]
        for row in rows
    ]
    columns = {"run": "left", "reads": "left", "model": "left", "usable": "left", "left": "right", "target": "left"}
    Console().print(table("", columns, shown))
