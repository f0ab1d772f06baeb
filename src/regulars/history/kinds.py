"""What a file is, by what stands in it and never by what it is called."""

import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from regulars.history.encodings import wide_encoding

HEAD_BYTES: Final = 64 * 1024


_IN_TABLES: Final = b"\t\n\r\x0b\x0c\x01\x1a\x1c\x1d\x1e\x1f"


class Kind(StrEnum):
    """What reading does with a file; everything else is `Foreign`."""

    EMPTY = "empty"
    TEXT = "text"
    PARQUET = "parquet"
    WORKBOOK = "workbook"  # xlsx, xlsb, xls, ods
    GZIP = "gzip"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file that holds no table we read."""

    looks_like: str


_FIRST_BYTES: Final = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"RIFF", "a sound, film or picture (RIFF)"),
    (b"\x7fELF", "a program"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"BZh", "a bzip2 archive; unpack it first"),
    (b"\xfd7zXZ", "an xz archive; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive; unpack it first"),
    (b"SQLite format 3\x00", "an SQLite database; export the sales table as CSV"),
    (b"\x00\x01\x00\x00Standard ", "an Access database; export the sales table as CSV"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"ARROW1", "an Arrow file; write it as Parquet"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x00\x05\x16\x07", "a resource fork of a Mac"),
)
# Short signs that a line of text may begin with too: only with a zero byte in the head.
_FIRST_BYTES_OF_BINARIES: Final = ((b"MZ", "a program"), (b"BM", "a picture (BMP)"), (b"ORC", "an ORC file"))


def kind_of(path: Path) -> Kind | Foreign:
    """Reads the first 64 kB (and a zip's directory) and says what the file is.

    A damaged zip counts as a zip: whoever opens it finds out and says so.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        return Kind.EMPTY
    if head.startswith(b"PAR1"):
        return Kind.PARQUET
    if head.startswith(b"\x1f\x8b"):
        return Kind.GZIP
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Kind.WORKBOOK
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04")):
        return _kind_of_zip(path)
    return _kind_of_rest(head)


def _kind_of_zip(path: Path) -> Kind | Foreign:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:10_000])
            office = "[Content_Types].xml" in names
            sheet = b""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                with archive.open("mimetype") as file:
                    sheet = file.read(200)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return Kind.ZIP
    if sheet.startswith(b"application/vnd.oasis.opendocument"):
        return Kind.WORKBOOK if b"spreadsheet" in sheet else Foreign("an office document without a table")
    if not office:
        return Kind.ZIP
    if any(name.startswith("xl/") for name in names):
        return Kind.WORKBOOK
    return Foreign("an office document without a table")


def _kind_of_rest(head: bytes) -> Kind | Foreign:
    zeros = b"\x00" in head
    signs = _FIRST_BYTES + (_FIRST_BYTES_OF_BINARIES if zeros else ())
    for sign, looks_like in signs:
        # "ORC" alone may be a heading of a text file.
        if head.startswith(sign) and (sign != b"ORC" or zeros):
            return Foreign(looks_like)
    if head[257:262] == b"ustar":
        return Foreign("a tar archive; unpack it first")
    wide = wide_encoding(head)
    if wide is None and _is_binary(head):
        return Foreign("a binary file")
    text = head.decode(wide, "replace") if wide else head.decode("utf-8", "replace")
    if not text.strip("\ufeff \t\r\n\x00\x1a"):
        return Kind.EMPTY if len(head) < HEAD_BYTES else Foreign("a file of blanks")
    return _kind_of_text(text.lstrip("\ufeff \t\r\n\x00"))


def _is_binary(head: bytes) -> bool:
    """Control characters beyond the few that tables are written with; a zero byte here and there is only dirt."""
    controls = sum(
        head.count(bytes([code])) for code in range(32) if code not in b"\t\n\r\x0b\x0c\x01\x1a\x1c\x1d\x1e\x1f"
    )
    return controls > max(8, len(head) // 20)


def _kind_of_text(text: str) -> Kind | Foreign:
    low = text[:512].lower()
    if low.startswith(("<!doctype html", "<html", "<table", "<meta", "<head", "<style")):
        return Foreign("a web page (HTML); some tills call it .xls: open it in a spreadsheet and save it as CSV")
    if low.startswith(("<?xml", "<workbook", "<!doctype")) or (low.startswith("<") and "</" in text):
        return Foreign("XML")
    if text[:1] in "{[" and _is_json(text):
        return Foreign("JSON")
    return Kind.TEXT


def _is_json(text: str) -> bool:
    """After its first bracket JSON goes on with a name, a value or a bracket; a CSV that begins "{id}" does not."""
    after = text[1:65].lstrip()
    if text[0] == "{":
        return after[:1] in ('"', "}") and (after[:1] == "}" or ":" in text[:4096])
    return after[:1] in ("{", "[", '"', "]") or (after[:1].lstrip("-").isdigit() and text.rstrip().endswith("]"))
