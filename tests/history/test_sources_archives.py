"""Archives, friendly and hostile."""

import gzip
import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from regulars.history.archives import ArchiveLimits
from regulars.history.engine import Engine
from regulars.history.moves import NotRead, RawTable
from regulars.history.sources import raw_tables

ENGINE = Engine(threads=1)
SALES = b"customer,date,amount\n" + b"C1,2024-01-01,5\nC2,2024-01-02,7\n" * 5
SMALL = ArchiveLimits(ratio_from_bytes=100_000)


def zipped(members: Mapping[str, bytes]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return into.getvalue()


def seen(folder: Path, limits: ArchiveLimits = SMALL) -> list[tuple[str, object]]:
    """(name, rows) of what was read and (name, code) of what was not."""
    found: list[tuple[str, object]] = []
    for one in raw_tables([folder / "in"], engine=ENGINE, work=folder / "work", limits=limits):
        if isinstance(one, RawTable):
            counted = ENGINE.connection.sql(f"SELECT count(*) FROM ({one.query})").fetchall()
            assert counted == [(one.rows,)]
            found.append((one.name, one.rows))
        else:
            found.append((one.name, one.code))
    return found


@pytest.fixture
def given(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def test_gz_zip_and_a_zip_in_a_zip(given: Path) -> None:
    (given / "a.csv.gz").write_bytes(gzip.compress(SALES))
    inner = zipped({"march.csv": SALES, "april.csv.gz": gzip.compress(SALES)})
    (given / "b.zip").write_bytes(zipped({"year/inner.zip": inner, "readme.pdf": b"%PDF-1.7 ..."}))
    assert seen(given.parent) == [
        ("a.csv.gz", 10),
        ("b.zip/year/inner.zip/march.csv", 10),
        ("b.zip/year/inner.zip/april.csv.gz", 10),
        ("b.zip/readme.pdf", "not-a-table"),
    ]
    left = sorted(path.suffix for path in (given.parent / "work").iterdir())
    assert left == [".parquet"] * 3  # nothing unpacked lies about


def test_archives_too_deep_are_left(given: Path) -> None:
    deep = zipped({"1.zip": zipped({"2.zip": zipped({"sales.csv": SALES})})})
    (given / "0.zip").write_bytes(deep)
    assert seen(given.parent) == [("0.zip/1.zip/2.zip", "archive-limit")]


@pytest.mark.parametrize("packed", [zipped({"bomb.csv": b"0,0,0\n" * 200_000}), gzip.compress(b"0,0,0\n" * 200_000)])
def test_a_bomb_stops_at_the_ratio(given: Path, packed: bytes) -> None:
    (given / "bomb").write_bytes(packed)
    ((_, code),) = seen(given.parent)
    assert code == "archive-limit"
    assert list((given.parent / "work").iterdir()) == []


def test_sizes_are_measured_and_not_believed(given: Path) -> None:
    raw = zipped({"bomb.csv": b"0,0,0\n" * 200_000})
    lied = raw.replace((1_200_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lied != raw
    (given / "liar.zip").write_bytes(lied)
    ((_, code),) = seen(given.parent)
    assert code in ("damaged", "archive-limit")


def test_limits_of_size_count_over_all_members(given: Path) -> None:
    (given / "a.zip").write_bytes(zipped({f"{number}.csv": SALES for number in range(4)}))
    limits = ArchiveLimits(total_bytes=len(SALES) * 2)
    assert [what for _, what in seen(given.parent, limits)] == [10, 10, "archive-limit", "archive-limit"]
    assert [what for _, what in seen(given.parent, ArchiveLimits(members=3))] == ["archive-limit"]
    assert [what for _, what in seen(given.parent, ArchiveLimits(member_bytes=10))] == ["archive-limit"] * 4


def test_a_real_file_at_twenty_to_one_passes_the_defaults(given: Path) -> None:
    lines = b"".join(b"C%06d,2024-01-01,S01,apple juice,9.50\n" % (n % 5000) for n in range(300_000))
    packed = gzip.compress(b"customer,date,store,product,amount\n" + lines, 6)
    assert len(lines) > 10 * len(packed)
    (given / "real.csv.gz").write_bytes(packed)
    assert seen(given.parent, ArchiveLimits(ratio_from_bytes=1)) == [("real.csv.gz", 300_000)]


def test_names_that_climb_out_are_only_names(given: Path) -> None:
    names = ["../../escaped.csv", "/tmp/absolute.csv", "C:\\windows\\x.csv", "a\nb\x1b[31m.csv"]
    (given / "evil.zip").write_bytes(zipped(dict.fromkeys(names, SALES)))
    before = {path for path in given.parent.rglob("*") if "work" not in path.parts}
    found = seen(given.parent)
    assert [rows for _, rows in found] == [10] * 4
    assert all(name.isprintable() for name, _ in found)
    assert {path for path in given.parent.rglob("*") if "work" not in path.parts} == before
    assert all(path.name[0].isdigit() for path in (given.parent / "work").iterdir())


def test_links_locks_and_rubbish_in_a_zip_are_left(given: Path) -> None:
    link = zipfile.ZipInfo("passwords.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("__MACOSX/._sales.csv", b"\x00\x05\x16\x07")
        archive.writestr("Thumbs.db", b"x")
        archive.writestr("locked.csv", SALES)
        archive.writestr("sales.csv", SALES)
    raw = bytearray(into.getvalue())
    central = raw.rfind(b"PK\x01\x02", 0, raw.find(b"locked.csv", raw.find(b"PK\x01\x02")))
    raw[central + 8] |= 1  # the flag of encrypted members
    (given / "a.zip").write_bytes(bytes(raw))
    assert [what for _, what in seen(given.parent)] == ["rubbish", "rubbish", "rubbish", "encrypted", 10]


@pytest.mark.parametrize("cut", [20, 60, 120])
def test_cut_short_archives_say_so(given: Path, cut: int) -> None:
    (given / "a.zip").write_bytes(zipped({"sales.csv": SALES * 20})[:-cut])
    (given / "b.csv.gz").write_bytes(gzip.compress(bytes(range(256)) * 9)[:cut])
    assert [what for _, what in seen(given.parent)] == ["damaged", "damaged"]


def test_chinese_names_come_out_right(given: Path) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("xxxx.csv", SALES)
    (given / "a.zip").write_bytes(into.getvalue().replace(b"xxxx.csv", "三月".encode("gb18030") + b".csv"))
    assert seen(given.parent) == [("a.zip/三月.csv", 10)]


def test_a_member_that_lies_about_its_checksum_is_damaged(given: Path) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("sales.csv", SALES)
    (given / "a.zip").write_bytes(into.getvalue().replace(b"C2,2024", b"C3,2024"))
    assert seen(given.parent) == [("a.zip/sales.csv", "damaged")]


def test_why_is_in_words(given: Path) -> None:
    (given / "a.json").write_bytes(b'{"customer": 1}')
    (only,) = raw_tables([given], engine=ENGINE, work=given.parent / "work")
    assert only == NotRead("a.json", "not-a-table", "looks like JSON")
