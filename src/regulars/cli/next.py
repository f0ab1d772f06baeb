"""`regulars next`: a personal list for every customer, and how such lists did on later baskets."""

import json
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from regulars.cli.showing import Bars, table

if TYPE_CHECKING:
    from regulars.insight.nextbasket import NextBasketFound

LakeDir = Annotated[Path, typer.Option("--lake", help="The lake's folder, e.g. report/lake.")]
Out = Annotated[Path, typer.Option(help="Folder for next_basket.parquet and .csv; made if it is not there.")]
Count = Annotated[int, typer.Option("--n", min=1, max=20, help="Products on a list.")]
People = Annotated[Path | None, typer.Option(help="A list of people; only these get one.")]
CutOff = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day to look at; else the last.")]
Seconds = Annotated[
    float, typer.Option(min=0, help="Stop choosing settings after so long; 0: try all, the same on any machine.")
]
Seed = Annotated[int, typer.Option(help="For what is drawn by lot: same seed, same lists.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]
METHODS = {
    "model": "personal lists",
    "personal_then_global": "own top, then the shop's",
    "personal_top": "own top",
    "global_top": "the shop's top",
}


def next_baskets(
    ctx: typer.Context,
    lake: LakeDir,
    out: Out,
    n: Count = 10,
    customers: People = None,
    cut_off: CutOff = None,
    seconds: Seconds = 0.0,
    seed: Seed = 7,
    as_json: Json = False,
) -> None:
    """Write a list of what each customer is likely to buy next, with the reason for each product.

    [bold]regulars next --lake report/lake --out lists/[/bold]

    Settings are chosen on earlier baskets and checked on later ones; where plain lists do as well, they are given.
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.cli.lake import lake_there
    from regulars.history.engine import Engine, quoted
    from regulars.history.members import known_people
    from regulars.insight.nextbasket import judge, keep_bought, personal_lists
    from regulars.insight.report.outputs import write_csv
    from regulars.insight.shop import last_day

    console = Console(stderr=True)
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=out, prefix=".work-") as folder,
        Engine(scratch=Path(folder)) as engine,
        lake_there(lake) as history,
        Bars(console, quiet=as_json) as bars,
    ):
        lines = history.lines(engine)
        until = cut_off.date() if cut_off else last_day(lines, engine)
        people = known_people(customers, engine=engine, work=Path(folder)) if customers else None
        limit: dict[str, Any] = {"clock": time.monotonic, "seconds_max": seconds} if seconds else {}
        bought = keep_bought(lines, engine, cut_off=until)
        found = judge(bought, seed=seed, progress=bars, **limit)
        lists = personal_lists(
            lines,
            engine,
            cut_off=until,
            n=n,
            found=found,
            customers=people,
            into=(file := out / "next_basket.parquet"),
            seed=seed,
            bought=bought,
            progress=bars,
        )
        write_csv(
            f"SELECT * FROM read_parquet({quoted(file)}) ORDER BY customer, rank", engine, out / "next_basket.csv"
        )
        rows = int(engine.row(lists.agg(rows=lists.count()))["rows"])
    told = _told(found, rows, file)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    _show(found, told, console)


def _told(found: "NextBasketFound", rows: int, file: Path) -> dict[str, Any]:
    return {
        "used": found.used,
        "usable": found.usable,
        "why_not": found.why_not or None,
        "settings": dict(found.settings),
        "calibration_until": str(found.calibration_until),
        "later_days": found.later_days,
        "customers": found.customers,
        "scores": found.scores.to_pylist(),
        "gains": found.gains.to_pylist(),
        "rows": rows,
        "file": str(file),
    }


def _show(found: "NextBasketFound", told: dict[str, Any], console: Console) -> None:
    heads = {"list by": "left", "Recall@10": "right", "NDCG@10": "right", "hit@10": "right", "Recall@20": "right"}
    rows = [
        [METHODS[row["method"]], *(f"{row[name]:.3f}" for name in ("recall_10", "ndcg_10", "hit_10", "recall_20"))]
        for row in found.scores.to_pylist()
    ]
    title = f"{found.customers:,} customers in the {found.later_days} days after {found.calibration_until}"
    console.print(table(title, heads, rows))
    settings = ", ".join(f"{name} {value:g}" for name, value in found.settings.items())
    console.print(f"Chosen on earlier baskets: {settings}", markup=False, highlight=False)
    if not found.usable:
        console.print(f"Plain lists do as well, so they are given: {METHODS[found.used]}.")
    console.print(f"{told['rows']:,} rows: {told['file']}", markup=False, highlight=False, soft_wrap=True)
