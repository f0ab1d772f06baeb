"""Any order of adding, forgetting and reopening; killed at any instant; two at once; a disk that refuses."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.history.staged import Line, line, receipt, staged

from regulars.history import lake as lake_module
from regulars.history.custody import LakeBusy, writing
from regulars.history.duplicates import FACTS
from regulars.history.engine import Engine
from regulars.history.lake import Lake, NotWritten
from regulars.history.moves import Staged
from regulars.history.parts import PartWriter

# Few lines, so that receipts meet often: within files and across; with and without receipt, customer and number.
POOL = [
    *receipt("1", line(), line(product="jam"), line(amount=-300), line("bob")),
    *receipt("2", line(receipt_line="1"), line(receipt_line="2"), line(None, receipt_line="1")),
    *receipt("1", line(day="2024-01-31"), line(None, day="2024-02-01")),
    line(),
    line(day="2024-02-01"),
    line(None),
]
FILE = st.lists(st.sampled_from(POOL), min_size=1, max_size=12)
Content = Counter[tuple[object, ...]]


def content(lake: Lake) -> Content:
    """Every line kept, without the file it came from; and the counts are checked on the way."""
    with Engine(memory="300MB", threads=1) as engine:
        rows = engine.arrow(lake.lines(engine).select(*FACTS, "returned")).to_pylist()
        refused = engine.arrow(lake.refused(engine).select("reason")).num_rows
    totals = lake.totals()
    assert totals.rows_read == totals.rows_kept + totals.rows_refused
    assert (totals.rows_kept, totals.rows_refused) == (len(rows), refused)
    return Counter(tuple(row[name] for name in FACTS) for row in rows)


def fresh(folder: Path, files: Sequence[Staged]) -> Content:
    lake = Lake(folder, memory="300MB", threads=1)
    for file in files:
        lake.add(file)
    return content(lake)


@pytest.mark.slow
@settings(deadline=None, max_examples=12)
@given(
    files=st.lists(FILE, min_size=2, max_size=4, unique_by=repr),
    deeds=st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=3, max_size=7),
    order=st.randoms(use_true_random=False),
)
def test_any_order_of_deeds_ends_as_a_fresh_lake_of_what_remains(
    files: list[list[Line]], deeds: list[tuple[int, bool]], order: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ready = [staged(home, f"{n}.csv", lines) for n, lines in enumerate(files)]
        lake = Lake(home / "lake", memory="300MB", threads=1)
        inside: dict[str, Staged] = {}
        for number, reopen in deeds:
            file = ready[number % len(ready)]
            if file.name in inside:
                lake.forget(file.name)
                del inside[file.name]
            else:
                lake.add(file)
                inside[file.name] = file
            if reopen:
                lake = Lake(lake.folder, memory="300MB", threads=1)
        remaining = list(inside.values())
        order.shuffle(remaining)
        assert content(lake) == fresh(home / "fresh", remaining)


LOOP = """
import sys
from pathlib import Path
from regulars.history.lake import Lake
from tests.history.staged import line, receipt, staged
home = Path(sys.argv[1])
lake = Lake(home / "lake", memory="300MB", threads=1)
files = [(f"{n}.csv", [e for d in range(1, 25) for e in receipt(str(d), line(day=f"2024-0{n}-{d:02d}"),
         line(day=f"2024-01-{d:02d}"))]) for n in (1, 2, 3)]
while True:
    for name, lines in files:
        number = lake.next_number if name < "3" else None  # two of them in parts of their own, ready for the lake
        lake.add(staged(home, name, lines, number=number))
        print("added", flush=True)
    for name, _ in files:
        lake.forget(name)
        print("forgotten", flush=True)
"""


@pytest.mark.slow
def test_killed_at_any_instant_the_lake_is_as_before_or_complete(tmp_path: Path) -> None:
    chance = random.Random(7)
    seen = set()
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", LOOP, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": "src:."},
        )
        assert process.stdout is not None
        deeds = chance.randint(2, 5)
        assert process.stdout.readline() in (b"added\n", b"forgotten\n")
        began = time.monotonic()
        for _ in range(deeds - 1):
            assert process.stdout.readline()
        time.sleep(chance.random() * (time.monotonic() - began) / (deeds - 1))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()

        lake = Lake(tmp_path / "lake", memory="300MB", threads=1)
        names = [entry.name for entry in lake.files()]
        seen.add(lake.generation)
        with tempfile.TemporaryDirectory() as folder:
            files = [_looped(Path(folder), name) for name in names]
            assert content(lake) == fresh(Path(folder) / "fresh", files)
        lake.close()
    for name in [entry.name for entry in lake.files()]:
        lake.forget(name)
    assert sum(content(lake).values()) == 0
    assert list(lake.folder.rglob("*.parquet")) == []
    assert len(seen) > 1, "the loop never came to change anything"


def _looped(folder: Path, name: str) -> Staged:
    month = name.removesuffix(".csv")
    lines = [
        entry
        for day in range(1, 25)
        for entry in receipt(str(day), line(day=f"2024-0{month}-{day:02d}"), line(day=f"2024-01-{day:02d}"))
    ]
    return staged(folder, name, lines)


def test_a_second_writer_is_told_at_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    file = staged(tmp_path, "jan.csv", [line()])
    with writing(lake.folder), pytest.raises(LakeBusy, match="Another process is writing"):
        Lake(lake.folder).add(file)
    assert Lake(lake.folder).files() == ()
    assert lake.add(file).rows_kept == 1


def test_a_writer_sees_what_another_has_done_since(tmp_path: Path) -> None:
    one, other = Lake(tmp_path / "lake"), Lake(tmp_path / "lake")
    file = staged(tmp_path, "jan.csv", [line()])
    one.add(file)
    assert other.add(file).already
    assert other.forget("jan.csv").number == 1
    assert one.add(file).number == 2


def test_a_disk_that_refuses_leaves_the_lake_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path / "lake")
    lake.add(staged(tmp_path, "jan.csv", [line()]))
    before = content(lake)
    lake.close()
    february = staged(tmp_path, "feb.csv", [line(day="2024-02-01"), line(day="2024-03-01")])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for owner, name in ((lake_module, "write_manifest"), (PartWriter, "_settled")):
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, full)
            with pytest.raises(NotWritten, match="No space left"):
                lake.add(february)
    assert content(Lake(lake.folder)) == before
    lake.close()
    assert len(list(lake.folder.rglob("*.parquet"))) == 1, "what was written half is swept away"
    assert lake.add(february).rows_kept == 2


def test_an_error_of_the_engine_while_writing_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path / "lake")

    def full(*_: object, **__: object) -> None:
        raise duckdb.IOException("Could not write file: No space left on device")

    monkeypatch.setattr(PartWriter, "by_month", full)
    with pytest.raises(NotWritten, match="The lake is as before"):
        lake.add(staged(tmp_path, "jan.csv", [line()]))
    assert Lake(lake.folder).generation == 0


SMALL_DISK = """
import resource, sys
from pathlib import Path
from regulars.history.lake import Lake, NotWritten
from tests.history.staged import line, staged
home = Path(sys.argv[1])
lake = Lake(home / "lake", memory="300MB", threads=1)
lines = [line(f"c{n * 7919 % 10007}", product=f"p{n * n % 9973}", amount=n) for n in range(20_000)]
big = staged(home, "big.csv", lines)
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
try:
    lake.add(big)
except NotWritten as refusal:
    print(refusal.code)
"""


def test_a_file_that_outgrows_its_quota_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.add(staged(tmp_path, "jan.csv", [line()]))
    said = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "src:."},
        check=False,
    )
    assert said.stdout == "lake-not-written\n", said.stderr
    assert [entry.name for entry in Lake(lake.folder).files()] == ["jan.csv"]
    assert len(list(lake.folder.rglob("*.parquet"))) == 1
    assert lake.add(staged(tmp_path, "feb.csv", [line(day="2024-02-01")])).rows_kept == 1
