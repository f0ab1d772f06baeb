"""The history lake: purchase lines of many files as Parquet by month, in one documented shape (docs/lake.md).

A change writes new parts under new names, puts them safely on disk, and then replaces the manifest in one step:
stopped at any instant, the lake is as before or complete.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import duckdb
import ibis.expr.types as ir

from regulars.basics.errors import RegularsError
from regulars.basics.money import UNSTATED
from regulars.basics.progress import Progress, silent
from regulars.history import custody, erased, returns
from regulars.history.change import Change
from regulars.history.engine import Engine, quoted
from regulars.history.manifest import NAME, Manifest, SourceFile, read_manifest, sync_folder, write_manifest
from regulars.history.moves import Shape, Staged
from regulars.history.parts import lake_lines, refused_rows, rendered


class NotInLake(RegularsError):
    """No file of the lake has that name, number or checksum; or several have."""

    code = "not-in-lake"


class FileChanged(RegularsError):
    """A file of that name is in the lake with other content for the same days."""

    code = "file-changed"


class MixedCurrencies(RegularsError):
    """The lake holds amounts of another currency; they cannot be added up."""

    code = "mixed-currencies"


class NotWritten(RegularsError):
    """The disk refused; the lake is as it was before."""

    code = "lake-not-written"


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a file did."""

    number: int
    rows_kept: int
    duplicates: int  # lines that the file itself or another file has already
    already: bool  # the same content was there; nothing changed


@dataclass(frozen=True, slots=True)
class Totals:
    """All files of the lake together: rows_read = rows_kept + rows_refused."""

    files: int
    rows_read: int
    rows_kept: int
    rows_refused: int
    first_on: str  # "" for an empty lake
    last_on: str


class Lake:
    """A lake in a folder. Opens what is there, else makes an empty one.

    One process writes at a time; any number read. What a reader has asked for stays until it closes the lake (or ends),
    even if the file was forgotten meanwhile. `memory` and `threads` are for the work of adding and forgetting.
    Raises BrokenLake, NewerLake, NotALake.
    """

    def __init__(self, folder: Path | str, *, memory: str = "4GB", threads: int | None = None) -> None:
        self.folder = Path(folder)
        self._memory, self._threads = memory, threads
        self._reading: custody.Reading | None = None
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.folder.joinpath(NAME).exists():
            custody.check_empty(self.folder)
            with custody.writing(self.folder):
                if read_manifest(self.folder) is None:
                    write_manifest(self.folder, Manifest())
        self._manifest = self._current()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends reading: what was forgotten meanwhile may now be swept away."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    @property
    def generation(self) -> int:
        """Grows by one with every change."""
        return self._manifest.generation

    @property
    def currency(self) -> str:
        """The one currency of all amounts, "XXX" while no file states one."""
        return self._manifest.currency

    @property
    def next_number(self) -> int:
        """The number that the next file will get, if nobody else adds one before."""
        return self._manifest.next_file

    def files(self) -> Sequence[SourceFile]:
        """The files of the lake, in the order in which they were added."""
        return self._manifest.files

    def totals(self) -> Totals:
        """All files together."""
        files = self._manifest.files
        return Totals(
            files=len(files),
            rows_read=sum(entry.rows_read for entry in files),
            rows_kept=sum(entry.rows_kept for entry in files),
            rows_refused=sum(entry.rows_refused for entry in files),
            first_on=min((entry.first_on for entry in files if entry.first_on), default=""),
            last_on=max((entry.last_on for entry in files), default=""),
        )

    def lines(self, engine: Engine) -> ir.Table:
        """All lines kept: the LINES contract, `returned`, true for a sale line that came back whole, and `returned_on`.

        The view `lake_lines` of the engine; returns are matched when it is made (a second or so per 10 million lines,
        nothing where there are none).
        """
        self._read_on()
        lines = lake_lines(self.folder, self._manifest.parts("lines"))
        returns.match(engine, lines)
        return engine.view("lake_lines", returns.marked(engine, lines))

    def returned_pairs(self, engine: Engine) -> ir.Table:
        """Which return line takes back what of which sale line: see returns.match. Call `lines` first."""
        return engine.named(returns.PAIRS)

    def returns_summary(self, engine: Engine) -> returns.ReturnsSummary:
        """How many return lines there are, and how many have found their sale. Call `lines` first."""
        return returns.summary(engine, "SELECT * FROM lake_lines")

    def refused(self, engine: Engine) -> ir.Table:
        """All refused rows in the REFUSED contract, with those set aside as duplicates of another file."""
        self._read_on()
        return engine.view("lake_refused", self._refused_query())

    def add(self, staged: Staged, *, progress: Progress = silent, anew: bool = False) -> Added:
        """Takes a file in. The same content again, under whatever name, changes nothing; but with `anew`, content that
        was understood in another way takes the place of what was made of it before, in the same one step.

        Raises LakeBusy, NotWritten, MixedCurrencies; FileChanged when a file of the same name is there with other
        content for the same days (forget it first: a line that was corrected is no duplicate).
        """
        assert staged.shape is Shape.SALES, "baskets without customers do not enter the lake"
        with self._change() as change:
            known = next((entry for entry in self.files() if entry.sha256 == staged.sha256), None)
            others = self._manifest.files
            if known is not None:
                fresh = SourceFile.before_adding(known.number, staged, stores=None)
                if not anew or (fresh.mapping, fresh.currency) == (known.mapping, known.currency):
                    kept, duplicates = known.rows_kept, known.refused_by_reason.get("duplicate", 0)
                    return Added(known.number, kept, duplicates, already=True)
                others = change.forget(known, progress)
                change = change.after(others)
            self._check_fits(staged, others)
            entry = change.add(staged, progress)
            self._commit(self._manifest.next_file + 1, (*others, entry))
        return Added(entry.number, entry.rows_kept, entry.refused_by_reason.get("duplicate", 0), already=False)

    def forget(self, which: str | int, *, progress: Progress = silent) -> SourceFile:
        """Takes a file out, by its name, its number or the beginning of its checksum (6 digits or more).

        Lines that were set aside as duplicates of it come back. Raises NotInLake, LakeBusy, NotWritten.
        """
        with self._change() as change:
            gone = self.find(which)
            stay = change.forget(gone, progress)
            self._commit(self._manifest.next_file, stay)
        return gone

    def erase(self, codes: Iterable[str]) -> int:
        """Takes customers out of the lake for good, by their digests (see `erased`): their lines stay, without a name,
        and what is added later comes without it too. Answers how many rows it was. Asking again changes nothing.

        Raises LakeBusy, NotWritten.
        """
        with self._change() as change:
            files, count = change.erase(erased.add(self.folder, codes))
            if count:
                self._commit(self._manifest.next_file, files)
        return count

    def find(self, which: str | int) -> SourceFile:
        """The one file of that name, number or beginning of checksum. Raises NotInLake."""
        said = str(which)
        tests: tuple[Callable[[SourceFile], bool], ...] = (
            lambda entry: entry.name == said,
            lambda entry: Path(entry.name).name == Path(said).name,
            lambda entry: str(entry.number) == said,
            lambda entry: len(said) >= 6 and entry.sha256.startswith(said.lower()),
        )
        for fits in tests[2:] if isinstance(which, int) else tests:
            found = [entry for entry in self.files() if fits(entry)]
            if len(found) == 1:
                return found[0]
            if found:
                numbers = ", ".join(str(entry.number) for entry in found)
                raise NotInLake(f"Several files of the lake are called {said!r}: say the number ({numbers}).")
        have = ", ".join(f"{entry.number}: {entry.name}" for entry in self.files()[:10]) or "no file at all"
        raise NotInLake(f"The lake has no file {said!r}. It has {have}.", asked=said)

    def _current(self) -> Manifest:
        with custody.Reading(self.folder):  # or a part could go between the manifest and the look at it
            manifest = read_manifest(self.folder)
        assert manifest is not None, "a lake is made with its manifest"
        return manifest

    def _read_on(self) -> None:
        """From here on nothing that this lake knows of is swept away."""
        if self._reading is None:
            self._reading = custody.Reading(self.folder)
            self._manifest = self._current()

    def _refused_query(self) -> str:
        own = refused_rows([self.folder / part.path for part in self._manifest.parts("refused")])
        aside = lake_lines(self.folder, self._manifest.parts("aside"))
        names = ", ".join(f"({entry.number}, {quoted(entry.name)})" for entry in self.files()) or "(NULL, NULL)"
        shown = (
            f"SELECT {rendered('name')} FROM ({aside}) l JOIN (VALUES {names}) f (number, name) ON l.file = f.number"
        )
        return f"{own} UNION ALL {shown}"

    def _check_fits(self, staged: Staged, others: Sequence[SourceFile]) -> None:
        currency, theirs = staged.mapping.currency, Manifest(files=tuple(others)).currency
        if UNSTATED not in (currency, theirs) and currency != theirs:
            raise MixedCurrencies(
                f"{staged.name} is in {currency}, the lake in {theirs}. Use a lake per currency.",
                found=currency,
                lake=theirs,
            )
        for entry in others:
            if entry.name == staged.name and _share_days(entry, staged):
                raise FileChanged(
                    f"{staged.name} is in the lake with other content ({entry.rows_kept:,} lines, {entry.first_on} to "
                    f"{entry.last_on}). To replace it, forget it first; to keep both, give this one another name.",
                    name=staged.name,
                    number=entry.number,
                )

    @contextmanager
    def _change(self) -> Iterator[Change]:
        """The writer's right, the newest manifest, a clean folder, an engine; afterwards no traces of what failed."""
        try:
            with custody.writing(self.folder):
                before = self._manifest = self._current()
                clean = custody.sweep(self.folder, before)
                done = False
                custody.begin(self.folder)
                try:
                    with _engine(self.folder, self._memory, self._threads) as engine:
                        yield Change(self.folder, before, engine.connection)
                    done = True
                finally:
                    if done and clean and set(before.all_parts()) <= set(self._manifest.all_parts()):
                        custody.end(self.folder)
                    else:
                        custody.sweep(self.folder, self._manifest)
        except (duckdb.IOException, OSError) as error:
            raise NotWritten(
                f"{self.folder} could not be written: {error}. The lake is as before.", why=str(error)
            ) from error

    def _commit(self, next_file: int, files: tuple[SourceFile, ...]) -> None:
        for room in custody.ROOMS:
            if (self.folder / room).exists():
                sync_folder(self.folder / room)
        manifest = Manifest(self._manifest.generation + 1, next_file, files)
        write_manifest(self.folder, manifest)
        self._manifest = manifest


def _engine(folder: Path, memory: str, threads: int | None) -> Engine:
    scratch = folder / custody.INCOMING / "scratch"
    scratch.mkdir(exist_ok=True)
    return Engine(memory=memory, threads=threads, scratch=scratch)


def _share_days(entry: SourceFile, staged: Staged) -> bool:
    return entry.first_on <= staged.last_on and staged.first_on <= entry.last_on
