"""Which letters the bytes stand for: found from samples across the file, and turned into UTF-8 as a stream.

Chinese tills write GB18030 (simplified) or Big5 (traditional), whose bytes overlap almost wholly. They are told apart
by where common characters live: both standards put the frequent characters in a first plane (GB 2312 level 1: lead
bytes B0–D7, second byte from A1; Big5 level 1: lead bytes A4–C6). Text in one standard, read as the other, falls
outside that plane about half of the time; read rightly, hardly ever.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

SAMPLE_BYTES: Final = 128 * 1024
SAMPLES: Final = 9  # the head, the end, and places evenly between
HELD_BYTES_MAX: Final = 1024 * 1024
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNDEFINED_1252: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_HIGH_RUN: Final = re.compile(rb"[\x80-\xff](?:[\x40-\x7e\x80-\xff][\x80-\xff])*[\x40-\x7e\x80-\xff]?")
_LONE: Final = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_OTHERS: Final = ("cp1251", "cp1250", "cp1253", "cp1254", "koi8_r", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949")


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 or 32 by its byte-order mark, or UTF-16 by zero bytes standing on one side only.

    >>> wide_encoding("date,amount".encode("utf-16-be"))
    'utf-16-be'
    """
    for mark, name in _BOMS[1:]:
        if head.startswith(mark):
            return name
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) * 0.05 and even <= odd / 50:
        return "utf-16-le"
    if even > len(head) * 0.05 and odd <= even / 50:
        return "utf-16-be"
    return None


def samples_of(path: Path, size: int) -> list[bytes]:
    """Pieces from the head, the end and between, each cut to whole lines except the head's start and the file's end."""
    if size <= SAMPLE_BYTES * SAMPLES:
        return [path.read_bytes()]
    pieces = []
    with path.open("rb") as file:
        for number in range(SAMPLES):
            file.seek((size - SAMPLE_BYTES) * number // (SAMPLES - 1))
            piece = file.read(SAMPLE_BYTES)
            begin = piece.find(b"\n") + 1 if number else 0
            pieces.append(piece[begin : piece.rfind(b"\n") + 1] or piece[begin:])
    return pieces


def encoding_of(samples: Sequence[bytes]) -> str | None:
    """Python's name of the encoding, or None while everything seen is ASCII and so says nothing.

    A UTF-8 mark is believed only if what follows is UTF-8: some programs put it before Latin-1.
    """
    head = samples[0]
    if (wide := wide_encoding(head)) is not None:
        return wide
    body = b"\n".join((head.removeprefix(codecs.BOM_UTF8), *samples[1:]))
    lines = [line for line in re.split(rb"[\r\n]+", body) if not line.isascii()]
    if not lines:
        return "utf-8" if head.startswith(codecs.BOM_UTF8) else None
    # Hardly any line in another encoding is UTF-8 by chance, so half of them is proof; the rest is dirt.
    wrong = sum(not _decodes(line, "utf-8") for line in lines)
    if wrong <= len(lines) * 0.5:
        return "utf-8"
    return _legacy(lines)


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _legacy(lines: Sequence[bytes]) -> str:
    """GB18030, Big5 or a Western page, for lines that all hold bytes above 127."""
    text = b"\n".join(lines[:20_000])
    high = len(text.translate(None, bytes(range(128))))
    lone = len(_LONE.findall(text))
    simplified, traditional = _common_share(text, "gb18030"), _common_share(text, "cp950")
    # In Western text a letter with an accent stands alone among ASCII; a Chinese character has two bytes or four.
    if lone < high * 0.8 and max(simplified, traditional) >= 0.6:
        return "gb18030" if simplified >= traditional else "cp950"
    if lone < high * 0.5 and (other := _normalizer(text)) is not None:
        return other
    return "latin-1" if _UNDEFINED_1252.search(text) else "cp1252"


def _common_share(text: bytes, encoding: Literal["gb18030", "cp950"]) -> float:
    """Share of the two-byte characters, as this encoding pairs the bytes, that lie in its plane of common ones."""
    common = pairs = 0
    for run in _HIGH_RUN.findall(text):
        at = 0
        while at < len(run):
            if run[at] < 0x80:
                at += 1
                continue
            lead, trail = run[at], run[at + 1] if at + 1 < len(run) else 0
            at += 2
            if encoding == "gb18030" and lead in (0xA1, 0xA3) and trail >= 0xA1:
                continue  # full-width signs and letters: the same lead bytes in both, so no evidence
            pairs += 1
            if encoding == "gb18030":
                common += 0xB0 <= lead <= 0xD7 and trail >= 0xA1
            else:
                common += 0xA4 <= lead <= 0xC6 and (0x40 <= trail <= 0x7E or trail >= 0xA1)
    return common / pairs if pairs else 0.0


def _normalizer(text: bytes) -> str | None:
    """A guess for the rest of the world (Cyrillic, Greek, Japanese …), taken only from a list of real pages."""
    from charset_normalizer import from_bytes

    best = from_bytes(text[:65_536], cp_isolation=list(_OTHERS)).best()
    return best.encoding if best is not None else None


class Utf8Stream:
    """Chunks of a file as UTF-8 bytes. Bytes that cannot be read come through as they are and so stay invalid UTF-8.

    While `encoding` is None everything was ASCII; the first chunk that is not decides.
    """

    def __init__(self, encoding: str | None) -> None:
        self.encoding = encoding
        self._first = True
        self._held = b""  # a line whose end is awaited, so that the letters are not judged by half of one
        self._torn = b""  # the first bytes of what may be a mark
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, chunk: bytes, final: bool = False) -> bytes:
        """The next piece as UTF-8, without marks and zero bytes."""
        if self.encoding is None and (self._held or not chunk.isascii()):
            chunk = self._decide(self._held + chunk, final)
        if self.encoding not in (None, "utf-8"):
            chunk = self._transcoded(chunk, final)
        if b"\x00" in chunk:
            chunk = chunk.replace(b"\x00", b"")
        if b"\xef" in chunk or self._torn:
            chunk = self._unmarked(chunk, final)
        self._first = self._first and not chunk
        return chunk

    def _unmarked(self, chunk: bytes, final: bool) -> bytes:
        chunk = (self._torn + chunk).replace(codecs.BOM_UTF8, b"")
        self._torn = b""
        for torn in (codecs.BOM_UTF8[:2], codecs.BOM_UTF8[:1]):
            if chunk.endswith(torn) and not final:
                self._torn = torn
                return chunk.removesuffix(torn)
        return chunk

    def _decide(self, chunk: bytes, final: bool) -> bytes:
        """Settles the encoding by whole lines; gives back what may be handed on."""
        end = chunk.rfind(b"\n") + 1
        whole = chunk if final or len(chunk) - end > HELD_BYTES_MAX else chunk[:end]
        self._held = chunk[len(whole) :]
        if whole.isascii():
            return whole
        self.encoding = encoding_of([whole])
        self._held = b""
        return chunk

    def _transcoded(self, chunk: bytes, final: bool) -> bytes:
        assert self.encoding is not None
        if self._first:
            chunk = chunk.removeprefix(codecs.BOM_UTF8)
        # UTF-16 and 32 have no bytes to hand through: a broken pair becomes U+FFFD.
        errors = "replace" if self.encoding.startswith("utf") else "surrogateescape"
        if self._decoder is None:
            self._decoder = codecs.getincrementaldecoder(self.encoding)(errors)
        return self._decoder.decode(chunk, final).encode("utf-8", "surrogateescape")


def head_text(samples: Sequence[bytes], encoding: str | None, limit: int = 512 * 1024) -> str:
    """The beginning of the file as text, for looking at; unreadable bytes become U+FFFD."""
    stream = Utf8Stream(encoding)
    return stream.feed(samples[0][:limit]).decode("utf-8", "replace")


def chunks_of(path: Path, size: int) -> Iterator[bytes]:
    """The file in pieces of `size` bytes."""
    with path.open("rb") as file:
        while chunk := file.read(size):
            yield chunk
