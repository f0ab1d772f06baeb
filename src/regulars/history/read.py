"""From paths to the lake: look at every file first, ask what is unclear, then take in file after file.

Files are looked at before any is taken in, so that a question is asked before time is spent. Each file enters the lake
in one step; stopped in between, the next run skips what is already there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from regulars.basics.errors import RegularsError
from regulars.basics.progress import Progress, silent
from regulars.history.columns import understand
from regulars.history.engine import Engine, quoted
from regulars.history.lake import Added, Lake
from regulars.history.moves import FileMapping, NotRead, RawTable, Shape, Staged
from regulars.history.refusals import NothingKept, NotSales, Unclear
from regulars.history.siblings import families, fits, together
from regulars.history.sources import raw_tables
from regulars.history.staging import stage

Known = tuple[RawTable, Shape, FileMapping]


class NothingToRead(RegularsError):
    """No file among those given is a sales file."""

    code = "no-sales-file"


@dataclass(frozen=True, slots=True)
class Opened:
    """Every file split into columns; nothing understood yet."""

    raws: Sequence[RawTable]
    left_out: Sequence[NotRead]
    already: Sequence[str]  # names of files that the lake has by checksum


@dataclass(frozen=True, slots=True)
class Looked:
    """Every file seen and understood; nothing taken in yet."""

    known: Sequence[Known]
    left_out: Sequence[NotRead]
    already: Sequence[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of it."""

    added: Sequence[Added] = ()
    staged: Sequence[Staged] = ()
    left_out: Sequence[NotRead] = ()
    already: Sequence[str] = ()
    mappings: Mapping[str, FileMapping] = field(default_factory=dict)
    baskets: Sequence[Staged] = ()  # files of baskets without customers, when there was nothing better


def open_files(
    paths: Sequence[Path],
    *,
    lake: Lake,
    engine: Engine,
    work: Path,
    progress: Progress = silent,
    given: Mapping[str, FileMapping] | None = None,
) -> Opened:
    """Finds the files and splits them into columns; those that the lake has already are only named.

    Unless a mapping is `given` for them: whoever corrects one wants the file read anew.
    """
    have = {entry.sha256 for entry in lake.files()}
    raws: list[RawTable] = []
    left_out: list[NotRead] = []
    already: list[str] = []
    for found in raw_tables(paths, engine=engine, work=work, progress=progress):
        if isinstance(found, NotRead):
            left_out.append(found)
        elif found.sha256 in have and _given_for(found.name, given or {}) is None:
            already.append(found.name)
        else:
            raws.append(found)
    return Opened(raws, left_out, already)


def look(opened: Opened, *, engine: Engine, given: Mapping[str, FileMapping] | None = None) -> Looked:
    """Understands the columns of every file, before any is taken in.

    `given` maps names or patterns of files to mappings that overrule. Raises Unclear for the first thing that must be
    asked, and NothingToRead when no file is a sales file.
    """
    known: list[Known] = []
    left_out = list(opened.left_out)
    unclear: list[tuple[RawTable, Unclear]] = []
    refusals: list[NotSales] = []
    for raw, guess in _with_guesses(opened.raws, engine, given or {}):
        try:
            shape, mapping = guess or understand(raw, engine=engine, given=_given_for(raw.name, given or {}))
            known.append((raw, shape, mapping))
        except Unclear as question:
            unclear.append((raw, question))
        except NotSales as refusal:
            left_out.append(NotRead(raw.name, refusal.code, str(refusal).removeprefix(f"{raw.name} "), refusal.kind))
            refusals.append(refusal)
    for raw, riddle in unclear:
        shape, mapping = understand(raw, engine=engine, given=_as_its_siblings(raw, riddle, known))
        known.append((raw, shape, mapping))
    if not known and not opened.already:
        raise refusals[0] if len(refusals) == len(opened.raws) == 1 else _nothing(left_out)
    order = {raw.name: place for place, raw in enumerate(opened.raws)}
    known.sort(key=lambda entry: order[entry[0].name])
    return Looked(*_sales_before_baskets(known, left_out), opened.already)


def _with_guesses(
    raws: Sequence[RawTable], engine: Engine, given: Mapping[str, FileMapping]
) -> Iterator[tuple[RawTable, tuple[Shape, FileMapping] | None]]:
    """Each file with what it means if it fits what its family means together; else it must be looked at alone.

    Where somebody gave mappings every file is looked at alone: what they said of one is not said of the next.
    """
    for family in families(raws):
        guess = None
        if len(family) > 1 and not given:
            with suppress(Unclear, NotSales):
                guess = understand(together(family), engine=engine)
        for raw in family:
            yield raw, guess if guess is not None and fits(raw, guess[1], engine) else None


def _as_its_siblings(raw: RawTable, question: Unclear, known: Sequence[Known]) -> FileMapping:
    """The answer that files with the same headings give; raises the question where they give none.

    A month whose days all pass for months is a riddle alone, and none beside the other months.
    """
    for other, _, mapping in known:
        if other.headings == raw.headings and other.headings is not None:
            for place, choice in enumerate(question.choices):
                same_column = mapping.columns.get(choice.field) == choice.position
                if same_column and choice.date_format in (None, mapping.date_format):
                    return question.answer(place)
    raise question


def take_in(looked: Looked, *, lake: Lake, engine: Engine, work: Path, progress: Progress = silent) -> Reading:
    """Judges every row of what was looked at and adds each sales file to the lake, one after the other.

    A file of which no row can be used is left out, with the reason; raises NothingKept where that was all there is.
    """
    added: list[Added] = []
    staged: list[Staged] = []
    baskets: list[Staged] = []
    hopeless: list[tuple[str, NothingKept]] = []
    for number, (raw, shape, mapping) in enumerate(looked.known):
        progress("reading files", number, len(looked.known))
        try:
            judged = stage(raw, shape, mapping, engine=engine, work=work, progress=progress, number=lake.next_number)
        except NothingKept as refusal:
            hopeless.append((raw.name, refusal))
            continue
        if shape is Shape.BASKETS:
            baskets.append(judged)
        else:
            added.append(lake.add(judged, progress=progress, anew=True))
            staged.append(judged)
    progress("reading files", len(looked.known), len(looked.known))
    if hopeless and not (staged or baskets or looked.already):
        raise hopeless[0][1]
    return Reading(
        added=added,
        staged=staged,
        left_out=[*looked.left_out, *(NotRead(name, refusal.code, str(refusal)) for name, refusal in hopeless)],
        already=looked.already,
        mappings={raw.name: mapping for raw, _, mapping in looked.known},
        baskets=baskets,
    )


def baskets_together(staged: Sequence[Staged], *, engine: Engine) -> Path:
    """One Parquet file of all baskets; those of different files stay apart, whatever their numbers."""
    if len(staged) == 1:
        return staged[0].lines
    together = staged[0].lines.with_suffix(".all.parquet")
    numbered = (
        f"SELECT (hash({number}, basket) >> 1)::BIGINT AS basket, product FROM read_parquet({quoted(one.lines)})"
        for number, one in enumerate(staged)
    )
    engine.connection.execute(f"COPY ({' UNION ALL '.join(numbered)}) TO {quoted(together)} (FORMAT parquet)")
    return together


def _given_for(name: str, given: Mapping[str, FileMapping]) -> FileMapping | None:
    exact = given.get(name)
    return exact or next((mapping for pattern, mapping in given.items() if fnmatch(name, pattern)), None)


def _sales_before_baskets(known: list[Known], left_out: list[NotRead]) -> tuple[list[Known], list[NotRead]]:
    """Where some files know customers, those that do not are left out and named."""
    if not any(shape is Shape.SALES for _, shape, _ in known):
        return known, left_out
    why = "It holds baskets without customers, and other files here know theirs. Analyse it on its own."
    spare = [NotRead(raw.name, "baskets-only", why) for raw, shape, _ in known if shape is Shape.BASKETS]
    return [entry for entry in known if entry[1] is Shape.SALES], left_out + spare


def _nothing(left_out: Iterable[NotRead]) -> RegularsError:
    said = [f"{entry.name}: {entry.why}" for entry in left_out if entry.code != "rubbish"]
    if not said:
        return NothingToRead("There is no file to read here.")
    return NothingToRead("None of the files is a sales file.\n" + "\n".join(said), files=said)
