"""The job behind `regulars analyze`: read, keep, analyse, write; asking a person for what is unclear."""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
from rich.console import Console

from regulars.basics.errors import RegularsError
from regulars.basics.progress import silent
from regulars.cli.asking import ask
from regulars.cli.showing import Bars, table
from regulars.history.engine import Engine
from regulars.history.lake import Lake
from regulars.history.mapping_file import read_mappings, write_mappings
from regulars.history.members import known_people
from regulars.history.moves import FileMapping, NotRead, Staged
from regulars.history.parquet_source import sha256_of
from regulars.history.read import Looked, Opened, Reading, baskets_together, look, open_files, take_in
from regulars.history.reasons import in_words
from regulars.history.refusals import Unclear
from regulars.insight.analysis import Analysis, analyze, analyze_baskets
from regulars.insight.beside import Beside
from regulars.insight.cards.forgetting import forget
from regulars.insight.churn.found import MODELS
from regulars.insight.churn.keeping import Kept, check_runs, keep_models
from regulars.insight.findings import Intake
from regulars.insight.report.outputs import write_outputs, write_refused
from regulars.insight.report.page import write_report
from regulars.insight.report.summary import summary_of, write_summary
from regulars.insight.settings import Settings

_WORK = ".work-"


class NothingToAnalyse(RegularsError):
    """Neither a file nor a lake with something in it was given."""

    code = "nothing-to-analyse"


@dataclass(frozen=True, slots=True)
class Job:
    """Where things are and go."""

    paths: Sequence[Path]
    out: Path
    lake: Path
    mapping: Path | None
    members: Path | None
    beside: Beside
    lang: str
    memory: str
    may_ask: bool


def run(job: Job, settings: Settings, *, console: Console, progress: Bars) -> Mapping[str, Any]:
    """Does the whole job; gives back what summary.json holds."""
    given = read_mappings(job.mapping) if job.mapping else {}
    if not job.paths and not (job.lake / "manifest.json").exists():
        raise NothingToAnalyse(f"Name a sales file to analyse; there is no history in {job.lake} yet.")
    check_runs(job.out / MODELS)
    job.out.mkdir(parents=True, exist_ok=True)
    sweep(job.out)
    with (
        tempfile.TemporaryDirectory(dir=job.out, prefix=f"{_WORK}{os.getpid()}-") as folder,
        Engine(memory=job.memory, scratch=Path(folder) / "scratch") as engine,
        Lake(job.lake) as lake,
    ):
        reading = _read(job, given, lake, engine, Path(folder), console, progress)
        people = known_people(job.members, engine=engine, work=Path(folder)) if job.members else None
        beside = replace(job.beside, folder=Path(folder))
        analysis, refused = _analysed(settings, beside, reading, lake, engine, people, progress)
        progress("writing the report", 0, 1)
        findings = keep_models(analysis.findings, _kept(job, settings, lake))
        write_outputs(findings, analysis.customers, engine, job.out, lang=job.lang)
        write_refused(refused, engine, job.out)
        write_summary(findings, job.out)
        page = write_report(findings, job.out, lang=job.lang)
        forgotten = forget(job.out / MODELS, named=findings.churn.kept.values() if findings.churn else ())
        progress("writing the report", 1, 1)
    summary = summary_of(findings)
    _show(summary, page, console)
    if forgotten:
        console.print(f"Old models that made room: {', '.join(forgotten)}.", highlight=False, soft_wrap=True)
    return summary


def _kept(job: Job, settings: Settings, lake: Lake) -> Kept:
    """Where the models go, and what they were learned from."""
    files = lake.files()
    sources = [(entry.name, entry.sha256) for entry in files]
    if job.members is not None and job.members.is_file():
        sources.append((job.members.name, sha256_of(job.members, job.members.name, silent)))
    folder = job.out / MODELS
    members = f" --members {job.members}" if job.members is not None else ""
    return Kept(
        folder=folder,
        sources=sources,
        columns=[entry.mapping for entry in files],
        seed=settings.seed,
        lang=job.lang,
        again=f"regulars score --run {folder}/ID --lake {job.lake}{members} --out scores.csv",
    )


def sweep(out: Path) -> None:
    """Clears away the working folders of runs that were killed; those of runs still alive stay."""
    for left in out.glob(f"{_WORK}*-*"):
        number = left.name.removeprefix(_WORK).split("-")[0]
        if number.isdecimal() and not _alive(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it is somebody else's, and there
    return True


def _read(
    job: Job,
    given: Mapping[str, FileMapping],
    lake: Lake,
    engine: Engine,
    work: Path,
    console: Console,
    progress: Bars,
) -> Reading:
    if not job.paths:
        return Reading()
    opened = open_files(job.paths, lake=lake, engine=engine, work=work, progress=progress, given=given)
    looked = _asking(opened, dict(given), job.may_ask, engine, console, progress)
    mappings = {raw.name: mapping for raw, _, mapping in looked.known}
    if mappings:
        write_mappings(job.out / "mapping.toml", mappings)
        with progress.quiet():
            _show_columns(mappings, looked.left_out, console)
    return take_in(looked, lake=lake, engine=engine, work=work, progress=progress)


def _asking(
    opened: Opened, given: dict[str, FileMapping], may_ask: bool, engine: Engine, console: Console, progress: Bars
) -> Looked:
    """Understands the columns; as long as something is unclear and a person is there, asks just that."""
    while True:
        try:
            return look(opened, engine=engine, given=given)
        except Unclear as question:
            if not may_ask or not question.choices:
                raise
            with progress.quiet():
                given = {question.file: ask(question, console=console), **given}


def _analysed(
    settings: Settings,
    beside: Beside,
    reading: Reading,
    lake: Lake,
    engine: Engine,
    people: ir.Table | None,
    progress: Bars,
) -> tuple[Analysis, ir.Table]:
    if reading.baskets:
        baskets = baskets_together(reading.baskets, engine=engine)
        return (
            analyze_baskets(baskets, engine=engine, intake=_intake_of_baskets(reading), settings=settings),
            engine.parquet("baskets_refused", [staged.refused for staged in reading.baskets]),
        )
    if not lake.files():
        raise NothingToAnalyse(f"There is no history in {lake.folder} yet; name a sales file to analyse.")
    analysis = analyze(
        lake.lines(engine),
        engine=engine,
        intake=_intake(lake, reading, engine),
        settings=settings,
        currency=lake.currency,
        has_time=any(entry.has_time for entry in lake.files()),
        prospects=people,
        given=beside,
        progress=progress,
    )
    return analysis, lake.refused(engine)


def _intake(lake: Lake, reading: Reading, engine: Engine) -> Intake:
    """How reading went, of all files in the lake."""
    totals = lake.totals()
    returns = lake.returns_summary(engine)
    files = lake.files()
    return Intake(
        rows_read=totals.rows_read,
        rows_kept=totals.rows_kept,
        rows_refused=totals.rows_refused,
        refused_by_reason=_summed(entry.refused_by_reason for entry in files),
        notes=_summed(entry.notes for entry in files),
        files=[
            {
                "name": entry.name,
                "rows_read": entry.rows_read,
                "rows_kept": entry.rows_kept,
                "rows_refused": entry.rows_refused,
                "first_on": entry.first_on,
                "last_on": entry.last_on,
            }
            for entry in files
        ],
        not_sales=_left_out(reading.left_out),
        columns=_columns(reading.mappings),
        returns=returns.returns,
        returns_matched=returns.matched,
    )


def _intake_of_baskets(reading: Reading) -> Intake:
    staged: Sequence[Staged] = reading.baskets
    read, kept = sum(one.rows_read for one in staged), sum(one.rows_kept for one in staged)
    return Intake(
        rows_read=read,
        rows_kept=kept,
        rows_refused=read - kept,
        refused_by_reason=_summed(one.refused_by_reason for one in staged),
        notes=_summed(one.notes for one in staged),
        files=[{"name": one.name, "rows_read": one.rows_read, "rows_kept": one.rows_kept} for one in staged],
        not_sales=_left_out(reading.left_out),
        columns=_columns(reading.mappings),
    )


def _left_out(left_out: Sequence[NotRead]) -> list[dict[str, str]]:
    return [{"name": entry.name, "code": entry.code, "kind": entry.kind, "looks_like": entry.why} for entry in left_out]


def _columns(mappings: Mapping[str, FileMapping]) -> list[dict[str, str]]:
    return [
        {
            "file": name,
            "field": wanted,
            "heading": mapping.headings[position] if position < len(mapping.headings) else str(position + 1),
            "reason": mapping.reasons.get(wanted, ""),
        }
        for name, mapping in mappings.items()
        for wanted, position in mapping.columns.items()
    ]


def _summed(counts: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in counts:
        for name, count in one.items():
            total[name] = total.get(name, 0) + count
    return total


def _show_columns(mappings: Mapping[str, FileMapping], left_out: Sequence[NotRead], console: Console) -> None:
    """What was understood; files with the same headings are shown once."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, mapping in mappings.items():
        alike.setdefault(mapping.headings, []).append(name)
    for names in alike.values():
        rows = [
            [row["field"], row["heading"], in_words(row["reason"])] for row in _columns({names[0]: mappings[names[0]]})
        ]
        more = f" and {len(names) - 1} more like it" if len(names) > 1 else ""
        console.print(table(names[0] + more, {"what": "left", "column": "left", "why": "left"}, rows))
        console.print()
    for entry in left_out:
        console.print(f"left out  {entry.name}: {entry.why}", markup=False, highlight=False)


def _show(summary: Mapping[str, Any], page: Path, console: Console) -> None:
    """The first screen in the terminal."""
    rows = summary["rows"]
    console.print(f"{rows['read']:,} rows read, {rows['kept']:,} kept, {rows['refused']:,} refused.")
    found = summary.get("headline")
    if found:
        console.print(
            f"{found['regulars']:,} regulars ({found['regulars_share_of_customers']:.0%} of {summary['customers']:,} "
            f"customers) bring {found['regulars_spend_share']:.0%} of sales; {found['slipping']:,} are slipping."
        )
    console.print(f"Report: {page}", markup=False, highlight=False, soft_wrap=True)
