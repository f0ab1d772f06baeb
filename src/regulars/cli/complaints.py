"""`regulars complaints`: what complaints cost, and which to answer first."""

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

File = Annotated[Path, typer.Argument(help="Complaints: CSV or Excel, a row each, with customer and day.")]
LakeDir = Annotated[Path, typer.Option("--lake", help="The lake's folder, e.g. report/lake.")]
Out = Annotated[Path, typer.Option(help="Folder for complaints.html, .json and the queue; made if it is not there.")]
Lost = Annotated[float, typer.Option("--lost-per-told", help="Customers lost per person told: an assumption.")]
Window = Annotated[int, typer.Option("--window-days", min=1, help="Days before and after a complaint to compare.")]
CutOff = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day to look at; else the last.")]
Lang = Annotated[str, typer.Option(help="Language of the page: en or zh.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]


def complaints(
    ctx: typer.Context,
    file: File,
    lake: LakeDir,
    out: Out = Path("complaints"),
    lost_per_told: Lost = 0.01,
    window_days: Window = 180,
    cut_off: CutOff = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """What customers did after a complaint against like customers, the money at risk, and a queue ordered by it.

    [bold]regulars complaints complaints.csv --lake report/lake --out complaints/[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.cli.lake import lake_there
    from regulars.cli.survey import words_in
    from regulars.history.engine import Engine
    from regulars.insight.complaints import complaints_of
    from regulars.insight.report.alone import plain, write_alone
    from regulars.insight.report.outputs import write_list
    from regulars.insight.report.sentences.complaints import told
    from regulars.insight.shop import last_day

    with (
        tempfile.TemporaryDirectory(prefix="regulars-") as folder,
        Engine(scratch=Path(folder)) as engine,
        lake_there(lake) as history,
    ):
        lines, words = history.lines(engine), words_in(lang, history.currency)
        found = complaints_of(
            file, lines, engine, cut_off.date() if cut_off else last_day(lines, engine), work=Path(folder),
            lost_per_told=lost_per_told, window_days=window_days,
        )  # fmt: skip
        chapter = told(found, words)
        page = write_alone(found, chapter, words, out)
        write_list(found.queue, words, engine, out / "queue.csv")
    if as_json:
        typer.echo(json.dumps(plain(found), ensure_ascii=False, allow_nan=False))
        return
    for sentence in chapter.says:
        typer.echo(sentence.plain)
    Console(stderr=True).print(f"Written to {page}.", markup=False, highlight=False, soft_wrap=True)
