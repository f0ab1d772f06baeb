"""A text file into a Parquet file of its fields, in one pass: hash, letters, lines, columns.

The file flows through in blocks of 8 MB, so its size does not matter. Each block is split at full speed where that is
provably right (blocks.py); of a dirty block only the dirty lines go one by one (sieve.py, careful.py).
"""

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.basics.progress import Progress
from regulars.history.blocks import Piece, nothing, split_fast
from regulars.history.careful import CarefulSplitter
from regulars.history.contract import REFUSED
from regulars.history.dialect import Dialect, dialect_of
from regulars.history.encodings import Utf8Stream, chunks_of, encoding_of, head_text, samples_of
from regulars.history.engine import quoted
from regulars.history.moves import RawTable
from regulars.history.sieve import split_sieved

BLOCK_BYTES: Final = 8 * 1024 * 1024
LINE_BYTES_MAX: Final = 32 * 1024 * 1024  # a longer line is refused, and no more than this of it is ever held
REFUSED_SCHEMA: Final = pa.schema(
    [pa.field(column.name, pa.int64() if column.duckdb == "BIGINT" else pa.string()) for column in REFUSED]
)


def read_delimited(
    path: Path, name: str, into: Path, *, progress: Progress, block_bytes: int = BLOCK_BYTES
) -> RawTable:
    """Splits the text file at `path` into `into`.parquet (and `into`.refused.parquet when rows would not split)."""
    size = path.stat().st_size
    samples = samples_of(path, size)
    encoding = encoding_of(samples)
    head = head_text(samples, encoding)
    returns_only = _ends_lines_with_returns(head)
    if returns_only:
        head = head.replace("\r\n", "\n").replace("\r", "\n")
    dialect = dialect_of(head, whole=size <= len(samples[0]) and size <= 512 * 1024)
    split = _Splitting(name, dialect, into)
    stream = Utf8Stream(encoding)
    digest = hashlib.sha256()
    done, waiting = 0, b""
    with split.writing:
        for chunk in chunks_of(path, block_bytes):
            digest.update(chunk)
            done += len(chunk)
            text = stream.feed(chunk, final=done >= size)
            if returns_only:
                # A pair of return and newline may lie across two pieces: its return waits.
                text = waiting + text
                waiting = b"\r" if text.endswith(b"\r") and done < size else b""
                text = _newlines(text[: len(text) - len(waiting)])
            split.feed(text)
            progress(f"reading {name}", done, size)
        split.finish()
    columns = ", ".join(["line", *(f"c{place}" for place in range(dialect.width))])
    return RawTable(
        name=name,
        sha256=digest.hexdigest(),
        size_bytes=size,
        query=f"SELECT {columns} FROM read_parquet({quoted(split.rows_path)})",
        headings=dialect.headings,
        width=dialect.width,
        rows=split.rows,
        typed=False,
        refused=split.refused_path if split.refused_rows else None,
        refused_rows=split.refused_rows,
        delimiter=dialect.basket_delimiter or dialect.marks.delimiter,
        encoding=stream.encoding or "ascii",
        ragged=dialect.ragged,
    )


def _ends_lines_with_returns(head: str) -> bool:
    """Whether a carriage return alone ends lines here, as on old Macs; else it is dirt within a field."""
    alone = head.count("\r") - head.count("\r\n")
    return alone > head.count("\n")


def _newlines(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


@dataclass
class _Splitting:
    """The state between blocks: what is left over, which line comes next, and the two files being written."""

    name: str
    dialect: Dialect
    into: Path
    rows: int = 0
    refused_rows: int = 0
    _rest: bytes = b""
    _line: int = 1
    _skip: int = field(init=False)
    _too_long: bool = False  # within a line that is being thrown away
    # A block is written while the next one is split.
    writing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    _written: Future[None] | None = None
    _writer: pq.ParquetWriter | None = None
    _refused_writer: pq.ParquetWriter | None = None

    def __post_init__(self) -> None:
        self._skip = self.dialect.skip_lines
        self._careful = CarefulSplitter(self.name, self.dialect)

    @property
    def rows_path(self) -> Path:
        return self.into.with_suffix(".parquet")

    @property
    def refused_path(self) -> Path:
        return self.into.with_suffix(".refused.parquet")

    def feed(self, text: bytes) -> None:
        """The next piece of the file, UTF-8."""
        self._rest = self._headless(self._rest + text)
        self._split(final=False)

    def finish(self) -> None:
        """The file has ended: what is left is its last line."""
        if self._rest and not self._too_long:
            self._rest = self._headless(self._rest + (b"" if self._rest.endswith(b"\n") else b"\n"))
            self._split(final=True)
        self._write(nothing(self.dialect.width))  # a file of a heading alone has its columns too
        assert self._writer is not None
        self._settle()
        self._writer.close()
        if self._refused_writer is not None:
            self._refused_writer.close()

    def _headless(self, text: bytes) -> bytes:
        """Without the lines above the first row, and without the rest of a line that was too long."""
        at = 0
        while self._skip and (end := text.find(b"\n", at)) >= 0:
            at = end + 1
            self._skip -= 1
            self._line += 1
        if self._skip:
            return text[at:]
        if self._too_long:
            end = text.find(b"\n", at)
            if end < 0:
                return b""
            at, self._too_long = end + 1, False
            self._line += 1
        return text[at:] if at else text

    def _split(self, *, final: bool) -> None:
        while self._rest and not self._skip:
            piece = split_fast(self._rest, self.dialect, self._line)
            if piece is None:
                piece = split_sieved(self._rest, self._careful, self._line, final=final)
            if piece is None:
                piece = self._careful.split(self._rest, self._line, final=final)
            self._write(piece)
            self._rest = self._rest[piece.consumed :]
            self._line += piece.newlines
            if not final or piece.consumed == 0:
                break
        if len(self._rest) > LINE_BYTES_MAX and b"\n" not in self._rest:
            raw = self._rest[:8_000].decode("utf-8", "replace")
            self._refuse([self._careful.refusal(self._line, "line-too-long", raw)])
            self._rest, self._too_long = b"", True

    def _write(self, piece: Piece) -> None:
        names = ["line", *(f"c{place}" for place in range(self.dialect.width))]
        table = pa.table([pa.array(piece.lines), *piece.columns], names=names)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.rows_path, table.schema, compression="lz4")
        if table.num_rows:
            self._settle()
            self._written = self.writing.submit(self._writer.write_table, table)
            self.rows += table.num_rows
        self._refuse(piece.refused)

    def _settle(self) -> None:
        """Waits for the block being written; what went wrong there is raised here."""
        if self._written is not None:
            self._written.result()
            self._written = None

    def _refuse(self, refused: list[dict[str, object]]) -> None:
        if not refused:
            return
        if self._refused_writer is None:
            self._refused_writer = pq.ParquetWriter(self.refused_path, REFUSED_SCHEMA, compression="zstd")
        self._refused_writer.write_table(pa.Table.from_pylist(refused, REFUSED_SCHEMA))
        self.refused_rows += len(refused)
