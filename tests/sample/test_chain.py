"""The chain as a whole: the same again from the same seed, and as large as it says."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from regulars.sample.chain import FolderNotEmpty, make_chain
from regulars.sample.truth import read_truth


def fingerprints(folder: Path) -> dict[str, str]:
    """Checksum of every file below."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_same_bytes_other_seed_other_files(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        make_chain(tmp_path / name / "chain", customers=200, shops=5, days=100, seed=seed)
    assert fingerprints(tmp_path / "a") == fingerprints(tmp_path / "b")
    assert fingerprints(tmp_path / "a").keys() == fingerprints(tmp_path / "c").keys()
    different = {
        name for name, sum_ in fingerprints(tmp_path / "c").items() if sum_ != fingerprints(tmp_path / "a")[name]
    }
    # Which categories and pairs there are is not drawn; all sales are.
    assert {name for name in fingerprints(tmp_path / "a") if name.startswith("chain/")} <= different


def test_it_is_not_written_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("a,b\n")
    with pytest.raises(FolderNotEmpty, match="not empty"):
        make_chain(tmp_path, customers=200)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_truth_is_kept_beside_the_files_and_reads_back(small: Any) -> None:
    kept = read_truth(small.folder.with_name("chain-truth"))
    assert kept == small.truth
    assert not any("truth" in path.name for path in small.folder.rglob("*"))


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    make_chain(tmp_path / "c", customers=200, days=120, progress=lambda what, done, total: told.append((done, total)))
    assert [done for done, _ in told] == [0, 1, 2, 3, 4]
    assert {total for _, total in told} == {4}


@pytest.mark.parametrize(("until", "days"), [(date(2024, 2, 29), 365), (date(2023, 1, 1), 90)])
def test_any_span_is_covered_to_its_ends(tmp_path: Path, until: date, days: int) -> None:
    truth = make_chain(tmp_path / "c", customers=300, until=until, days=days)
    moments = [row["visited_at"] for row in truth.rows("visits")]
    assert truth.last_on == until
    assert (truth.last_on - truth.first_on).days == days - 1
    assert truth.first_on <= min(moments).date() <= max(moments).date() <= truth.last_on
    assert (max(moments).date() - min(moments).date()).days > days - 5


@pytest.mark.slow
def test_full_size(tmp_path: Path) -> None:
    """The chain of the demonstration: the figures that its documentation states."""
    truth = make_chain(tmp_path / "chain")
    customers = truth.rows("customers")
    spend = sum(row["spend_minor"] for row in customers)
    loyal = [row for row in customers if row["loyal"]]
    frequent = [row for row in customers if row["visits"] >= 6 and not row["loyal"]]
    left = [row for row in customers if row["left_on"] is not None]
    best = sorted(customers, key=lambda row: -row["spend_minor"])[: len(loyal)]
    assert len(customers) == 20_000
    assert 1_000_000 <= truth.rows_written <= 1_300_000
    assert len(loyal) == 500
    assert 0.25 <= sum(row["spend_minor"] for row in loyal) / spend <= 0.35
    assert sum(row["loyal"] for row in best) >= 0.98 * len(loyal)
    assert len(left) == 1_800
    assert 0.12 <= len(left) / len(frequent) <= 0.20
    assert len(truth.names("steady")) == 200
    assert 0.14 <= truth.total("anonymous") / truth.total("rows") <= 0.22
    lifts = [row["lift"] for row in truth.rows("pairs")]
    milder = [row["lift"] for row in truth.rows("category_pairs")]
    assert all(3 <= lift <= 6 for lift in lifts)
    assert all(1.8 <= lift <= 3 for lift in milder)
