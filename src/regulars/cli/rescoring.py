"""The jobs behind `regulars score`: a kept run on a customer table, or on sales lines."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from regulars.basics.money import minor_digits
from regulars.basics.progress import Progress
from regulars.cli.lake import lake_there
from regulars.history.engine import Engine, quoted
from regulars.history.lake import Lake
from regulars.history.mapping_file import read_mappings
from regulars.history.members import known_people
from regulars.history.moves import Shape
from regulars.history.read import NothingToRead, look, open_files, take_in
from regulars.history.refusals import NotSales, Unclear
from regulars.insight.cards.errors import OtherData
from regulars.insight.cards.runs import Run
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.outputs import for_people, write_csv
from regulars.insight.report.sentences.churn import FEATURE_NAMES
from regulars.insight.report.words import Words
from regulars.insight.rescoring import RescoredLines, rescore_lines
from regulars.insight.settings import Settings, WrongSetting
from regulars.insight.tables.again import Rescored, rescore
from regulars.insight.tables.moves import CustomerTable
from regulars.insight.tables.reading import read_customer_table

_ORDER = {"expected_loss_minor": "expected_loss_minor DESC", "expected_gain_minor": "rise_probability DESC"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line said."""

    paths: Sequence[Path]
    out: Path
    lake: Path | None
    members: Path | None
    mapping: Path | None
    cut_off: date | None
    id: str | None
    lang: str
    memory: str


def score_table(run: Run, wanted: Wanted) -> Rescored:
    """Scores a customer table into `out`."""
    _only_for_lines(run, wanted)
    if len(wanted.paths) != 1:
        raise WrongSetting(f"Run {run.id} scores one customer table at a time: regulars score --run {run.id} NEW.csv")
    words = Words(wanted.lang, Numbers(wanted.lang, "XXX", 2))
    with tempfile.TemporaryDirectory(prefix="regulars-") as folder, Engine(memory=wanted.memory) as engine:
        read = read_customer_table(wanted.paths[0], engine=engine, work=Path(folder))
        _refuse_sales(run, read, wanted.paths[0], engine, Path(folder))
        found = rescore(run, read, engine=engine, words=words, id=wanted.id)
        engine.register("rescored", found.table)
        _write("SELECT * FROM rescored", engine, wanted.out)
    return found


def score_lines(run: Run, wanted: Wanted, *, progress: Progress) -> RescoredLines:
    """Scores the customers behind sales, of files or of a lake, into `out`."""
    if wanted.id is not None:
        raise WrongSetting(f"--id is for customer tables; run {run.id} reads sales lines.")
    if bool(wanted.paths) == (wanted.lake is not None):
        raise WrongSetting(f"Run {run.id} reads sales lines: give sales files, or --lake DIR, and not both.")
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=wanted.out.parent, prefix=".work-") as folder,
        Engine(memory=wanted.memory, scratch=Path(folder) / "scratch") as engine,
        _lake(run, wanted, engine, Path(folder), progress) as lake,
    ):
        people = known_people(wanted.members, engine=engine, work=Path(folder)) if wanted.members else None
        found = rescore_lines(
            run,
            lake.lines(engine),
            engine=engine,
            settings=Settings(cut_off=wanted.cut_off),
            currency=lake.currency,
            members=people,
            progress=progress,
        )
        words = Words(wanted.lang, Numbers(wanted.lang, lake.currency, minor_digits(lake.currency)))
        shape = engine.arrow(found.table.limit(0)).schema
        order = next(order for column, order in _ORDER.items() if column in shape.names)
        columns = ", ".join(for_people(field, words) for field in shape)
        _write(f"SELECT {columns} FROM rescored ORDER BY {order}, customer", engine, wanted.out)
    return found


def _write(query: str, engine: Engine, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".parquet":
        engine.connection.execute(f"COPY ({query}) TO {quoted(out)} (FORMAT parquet, COMPRESSION zstd)")
    else:
        write_csv(query, engine, out)


def _lake(run: Run, wanted: Wanted, engine: Engine, work: Path, progress: Progress) -> Lake:
    """The lake given, or one made of the files for this once."""
    if wanted.lake is not None:
        return lake_there(wanted.lake)
    given = read_mappings(wanted.mapping) if wanted.mapping else {}
    lake = Lake(work / "lake")
    opened = open_files(wanted.paths, lake=lake, engine=engine, work=work, progress=progress, given=given)
    try:
        looked = look(opened, engine=engine, given=given)
    except (NotSales, NothingToRead) as refusal:
        raise OtherData(f"Run {run.id} reads sales lines. {refusal}", run=run.id, reads="lines") from refusal
    reading = take_in(looked, lake=lake, engine=engine, work=work, progress=progress)
    if reading.baskets:
        raise OtherData(f"Run {run.id} scores customers, and these baskets do not say whose they are.", run=run.id)
    return lake


def _only_for_lines(run: Run, wanted: Wanted) -> None:
    if wanted.lake is not None:
        raise OtherData(
            f"Run {run.id} reads a customer table, not the sales of {wanted.lake}.", run=run.id, reads=run.kind
        )
    given = {"--members": wanted.members, "--mapping": wanted.mapping, "--cut-off": wanted.cut_off}
    named = [option for option, value in given.items() if value is not None]
    if named:
        raise WrongSetting(f"{', '.join(named)}: for sales lines; run {run.id} reads a customer table.")


def _refuse_sales(run: Run, table: CustomerTable, path: Path, engine: Engine, work: Path) -> None:
    """A table that lacks what the model needs and reads as sales is sales: many rows a customer, none of them one."""
    if set(run.model.columns) <= set(table.texts.column_names):
        return
    try:
        opened = open_files([path], lake=Lake(work / "looked"), engine=engine, work=work)
        known = look(opened, engine=engine).known
    except (NotSales, NothingToRead, Unclear):
        return
    if any(shape is Shape.SALES for _, shape, _ in known):
        raise OtherData(
            f"{path.name} holds sales lines, a row for each thing bought; run {run.id} reads a customer table, a row "
            f"for each customer, with {', '.join(run.model.columns)}.",
            run=run.id,
            reads=run.kind,
        )


def told_of_table(run: Run, found: Rescored, out: Path) -> dict[str, Any]:
    """What --json says."""
    return {
        "run": run.id,
        "customers": found.table.num_rows,
        "missing": found.missing,
        "new_levels": found.new_levels,
        "unread": found.unread,
        "file": str(out),
    }


def told_of_lines(run: Run, found: RescoredLines, out: Path) -> dict[str, Any]:
    """What --json says."""
    return {
        "run": run.id,
        "model": run.card["model"]["family"],
        "learned_until": str(found.learned_until),
        "first_on": str(found.first_on),
        "cut_off": str(found.cut_off),
        "customers": found.customers,
        "scored": found.scored,
        "missing": found.missing,
        "new_levels": found.new_levels,
        "value_basis": found.value_basis,
        "value_days": found.value_days,
        "rhythm_of_run": found.own_known,
        "file": str(out),
    }


def table_in_words(run: Run, found: Rescored, out: Path) -> list[str]:
    """What came of it."""
    said = [f"{found.table.num_rows:,} customers scored with run {run.id}. Written to {out}."]
    if found.missing:
        said.append(f"Not in the table, so unknown for everybody: {', '.join(found.missing)}.")
    said += _new(found.new_levels)
    said += [f"{count:,} cells of {column} could not be read." for column, count in found.unread.items()]
    return said


def lines_in_words(run: Run, found: RescoredLines, out: Path) -> list[str]:
    """What came of it."""
    basis = {
        "expected-spend": f"what is expected to be spent in {found.value_days} days by who stays",
        "past-spend": "the spend of the last 365 days",
        "still-to-spend": "what is missing to an important customer's spend a year",
    }[found.value_basis]
    said = [
        f"{found.scored:,} of {found.customers:,} customers scored as of {found.cut_off} with run {run.id} "
        f"({run.card['model']['family']}, learned up to {found.learned_until}); the others are not "
        f"active, or not asked about. Written to {out}.",
        f"Value: {basis}.",
    ]
    if found.missing:
        names = ", ".join(f"{FEATURE_NAMES.get(name, name)} ({name})" for name in found.missing)
        people = " A list of people for --members may have it." if {"town", "sex", "age"} & {*found.missing} else ""
        said.append(f"The model needs and these sales lack, so unknown for everybody: {names}.{people}")
    said += _new(found.new_levels)
    if found.own_known:
        said.append("Too few came twice to learn rhythms anew; those of the run are used.")
    if found.cut_off < found.learned_until:
        said.append("The run learned from days after this cut-off: these scores foretell nothing.")
    return said


def _new(levels: Any) -> list[str]:
    return [f"New in {column}, taken as 'other': {', '.join(new)}." for column, new in levels.items()]
