"""A Parquet file as it is: read where it lies, never copied, its types kept."""

import hashlib
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.basics.progress import Progress
from regulars.history.encodings import chunks_of
from regulars.history.engine import quoted
from regulars.history.moves import NotRead, RawTable

_CHUNK: Final = 8 * 1024 * 1024


def read_parquet(path: Path, name: str, *, progress: Progress) -> RawTable | NotRead:
    """The file's columns as `c0 … cn`, with its row number as `line`."""
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as problem:
        return NotRead(name, "damaged", f"it begins like Parquet, but cannot be opened ({problem})")
    nested = [column.name for column in schema if pa.types.is_nested(column.type)]
    if nested:
        why = f"columns that hold lists or records ({', '.join(nested[:5])}); write one row per purchase line"
        return NotRead(name, "nested", why)
    if rows == 0 or len(schema) == 0:
        return NotRead(name, "empty", "a Parquet file without rows")
    places = [f"c{place}" for place in range(len(schema))]
    # Columns by position: names may differ only in case, or be "line".
    options = "file_row_number = true, binary_as_string = true, hive_partitioning = false"
    source = f"read_parquet({quoted(path.resolve())}, {options})"
    query = f"SELECT row_number_ + 1 AS line, {', '.join(places)} FROM {source} AS t({', '.join(places)}, row_number_)"
    return RawTable(
        name=name,
        sha256=sha256_of(path, name, progress),
        size_bytes=path.stat().st_size,
        query=query,
        headings=tuple(schema.names),
        width=len(schema),
        rows=rows,
        typed=True,
    )


def sha256_of(path: Path, name: str, progress: Progress) -> str:
    """The checksum of a file of any size."""
    digest, done, size = hashlib.sha256(), 0, path.stat().st_size
    for chunk in chunks_of(path, _CHUNK):
        digest.update(chunk)
        done += len(chunk)
        progress(f"reading {name}", done, size)
    return digest.hexdigest()
