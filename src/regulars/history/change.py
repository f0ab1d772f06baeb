"""One change of the lake in the making: parts are written, and nothing is named yet."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from regulars.basics.progress import Progress
from regulars.history import erased
from regulars.history.duplicates import Duplicates
from regulars.history.engine import quoted
from regulars.history.erased import Erased
from regulars.history.manifest import Manifest, Part, SourceFile
from regulars.history.moves import Staged
from regulars.history.parts import PartWriter, lake_lines, refused_rows, rendered, staged_lines

_STORES_LISTED: Final = 50


@dataclass(frozen=True, slots=True)
class Change:
    """The next generation in the making: parts are written, nothing is named yet."""

    folder: Path
    manifest: Manifest
    connection: duckdb.DuckDBPyConnection

    def after(self, files: tuple[SourceFile, ...]) -> "Change":
        """The same change with these files in the lake, for what follows within it."""
        return replace(self, manifest=replace(self.manifest, files=files))

    def add(self, staged: Staged, progress: Progress) -> SourceFile:
        """Writes all parts of a new file."""
        number = self.manifest.next_file
        what = f"adding {staged.name}"
        progress(what, 0, 3)
        gone = erased.read(self.folder)
        lines = gone.without(staged_lines(staged.files, number))
        entry = SourceFile.before_adding(number, staged, stores=self._stores(lines))
        duplicates = Duplicates(self.connection)
        parts: list[Part] = []
        refused = refused_rows([staged.refused])
        surplus = duplicates.within(staged)
        if surplus:
            mine = rendered(quoted(staged.name))
            refused += f" UNION ALL SELECT {mine} FROM ({lines}) SEMI JOIN repeated USING (line)"
            lines = f"SELECT * FROM ({lines}) ANTI JOIN repeated USING (line)"
        progress(what, 1, 3)
        met = self._meets_others(duplicates, lines, entry)
        if met:
            parts += self._writer.by_month(
                f"SELECT * FROM ({lines}) SEMI JOIN met USING (line)", number=number, room="aside"
            )
            lines = f"SELECT * FROM ({lines}) ANTI JOIN met USING (line)"
        progress(what, 2, 3)
        parts += self._writer.refused(gone.without_rows(refused), number=number)
        if staged.parts and staged.number == number and not surplus and not met and not gone.codes:
            parts += self._writer.adopted(staged.parts, number=number)
        else:
            parts += self._writer.by_month(lines, number=number, room="lines")
        progress(what, 3, 3)
        written = sum(part.rows for part in parts if part.room != "refused")
        assert written + surplus == staged.rows_kept, f"{staged.lines} does not hold the rows it says"
        return entry.with_parts(tuple(parts))

    def erase(self, gone: Erased) -> tuple[tuple[SourceFile, ...], int]:
        """Writes anew the parts that name a customer on the list; gives back all files, and how many rows it was."""
        found = {part: self._named(part, gone) for entry in self.manifest.files for part in entry.parts}
        files = tuple(
            self._without(entry, [part for part in entry.parts if found[part]], gone) for entry in self.manifest.files
        )
        return files, sum(found.values())

    def _named(self, part: Part, gone: Erased) -> int:
        """How many rows of a part name a customer on the list."""
        path = [self.folder / part.path]
        asked = (
            f"SELECT * FROM ({refused_rows(path)}) WHERE {gone.is_in_row}"
            if part.room == "refused"
            else f"SELECT * FROM ({lake_lines(self.folder, [part])}) WHERE {gone.is_one('customer')}"
        )
        ((found,),) = self.connection.execute(f"SELECT count(*) FROM ({asked})").fetchall()
        return int(found)

    def _without(self, entry: SourceFile, named: list[Part], gone: Erased) -> SourceFile:
        if not named:
            return entry
        fresh: list[Part] = []
        for part in named:
            if part.room == "refused":
                rows = gone.without_rows(refused_rows([self.folder / part.path]))
                fresh += self._writer.refused(rows, number=entry.number)
            else:
                lines = gone.without(lake_lines(self.folder, [part]))
                fresh += self._writer.by_month(lines, number=entry.number, room=part.room)
        return entry.with_parts((*(part for part in entry.parts if part not in named), *fresh))

    def forget(self, gone: SourceFile, progress: Progress) -> tuple[SourceFile, ...]:
        """Writes the parts of the other files that change when one goes; gives back all that stay."""
        what = f"forgetting {gone.name}"
        progress(what, 0, 2)
        stay = tuple(entry for entry in self.manifest.files if entry.number != gone.number)
        months = {part.month for part in gone.parts if part.room != "refused"}
        near = [part for entry in stay for part in entry.parts if part.month in months]
        aside = [part for part in near if part.room == "aside"]
        if not aside:
            return stay
        found = Duplicates(self.connection).given_back(
            lake_lines(self.folder, [part for part in near if part.room == "lines"]),
            lake_lines(self.folder, aside),
            lake_lines(self.folder, [*gone.parts_in("lines"), *gone.parts_in("aside")]),
        )
        progress(what, 1, 2)
        if not found:
            return stay
        numbers = {number for (number,) in self.connection.execute("SELECT DISTINCT file FROM back").fetchall()}
        return tuple(self._with_back(entry, months) if entry.number in numbers else entry for entry in stay)

    def _with_back(self, entry: SourceFile, months: set[str]) -> SourceFile:
        """The file with its lines in `back` moved from aside to kept."""
        old = [part for part in entry.parts_in("aside") if part.month in months]
        aside = lake_lines(self.folder, old)
        moved = {
            "lines": f"SELECT * FROM ({aside}) SEMI JOIN back USING (file, line)",
            "aside": f"SELECT * FROM ({aside}) ANTI JOIN back USING (file, line)",
        }
        fresh = self._writer.by_month(moved["lines"], number=entry.number, room="lines")
        fresh += self._writer.by_month(moved["aside"], number=entry.number, room="aside")
        return entry.with_parts((*(part for part in entry.parts if part not in old), *fresh))

    def _meets_others(self, duplicates: Duplicates, lines: str, entry: SourceFile) -> int:
        """Names in table `met` what other files brought; reads only months and stores that both have."""
        near = [
            other
            for other in self.manifest.files
            if other.first_on <= entry.last_on and entry.first_on <= other.last_on and _may_share_stores(other, entry)
        ]
        first_on = max(entry.first_on, min((other.first_on for other in near), default=""))
        last_on = min(entry.last_on, max((other.last_on for other in near), default=""))
        parts = [
            part
            for other in near
            for part in other.parts
            if part.room != "refused" and first_on[:7] <= part.month <= last_on[:7]
        ]
        return duplicates.across(lines, lake_lines(self.folder, parts), first_on, last_on) if parts else 0

    def _stores(self, lines: str) -> tuple[str, ...] | None:
        found = self.connection.execute(f"SELECT DISTINCT coalesce(store, '') FROM ({lines})").fetchall()
        return tuple(sorted(store for (store,) in found)) if len(found) <= _STORES_LISTED else None

    @property
    def _writer(self) -> PartWriter:
        return PartWriter(self.connection, self.folder, self.manifest.generation + 1)


def _may_share_stores(one: SourceFile, other: SourceFile) -> bool:
    return one.stores is None or other.stores is None or not set(one.stores).isdisjoint(other.stores)
