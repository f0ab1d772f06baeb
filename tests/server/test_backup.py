"""A copy is made while all goes on, brought back into an empty place, and adds up to what was copied."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.server.filling import PHONES
from tests.server.installation import Installation
from typer.testing import CliRunner

from regulars.basics.ids import untyped
from regulars.cli import app
from regulars.server.backup.contents import Contents, listed
from regulars.server.backup.noting import copies, note_made
from regulars.server.place import Place
from regulars.server.postgres import Cluster

pytestmark = pytest.mark.slow


def run(*words: str | Path, module: str = "regulars") -> "subprocess.CompletedProcess[str]":
    asked = [sys.executable, "-m", module, *map(str, words)]
    known = Installation(Path("unused")).known() | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    return subprocess.run(asked, capture_output=True, text=True, env=known, timeout=120)


def made(data: Path, *more: str) -> list[str]:
    """The members of a filled installation."""
    done = run(data, *more, module="tests.server.filling")
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def clear(folder: Path) -> None:
    for note in folder.rglob("database.json"):
        cluster = Cluster(note.parent)
        cluster.stop(at_once=True)
        shutil.rmtree(cluster.home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def filled() -> Iterator[Path]:
    """A folder with an installation `data`, its copy in `copies`, and the keys in `keys`."""
    folder = Path(tempfile.mkdtemp(prefix="regulars-backup-"))
    made(folder / "data")
    done = run("backup", "--data", folder / "data", "--to", folder / "copies", "--keys", folder / "keys", "--json")
    assert done.returncode == 0, done.stderr
    yield folder
    clear(folder)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="regulars-restore-"))
    yield folder
    clear(folder)


def copy_of(folder: Path) -> Path:
    (found,) = (folder / "copies").glob("regulars-*")
    return found


def test_a_copy_is_brought_back_elsewhere_and_adds_up(filled: Path, elsewhere: Path) -> None:
    done = run("restore", copy_of(filled), "--keys", filled / "keys", "--data", elsewhere / "data", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["verified"]["transfers"] == len(PHONES) + 1
    assert told["verified"]["sealed"] == len(PHONES) + 1
    assert told["verified"]["lines of the trail"] > len(PHONES)
    assert (elsewhere / "data" / "lake" / "lines" / "2026-05.parquet").read_bytes() == b"a month"
    again = run("ledger", "verify", "--data", elsewhere / "data")
    assert again.returncode == 0, again.stdout + again.stderr
    [lake] = (elsewhere / "data" / "lakes").glob("org_*/EUR")
    assert [file["rows_kept"] for file in json.loads((lake / "manifest.json").read_text())["files"]] == [1]
    cluster = Cluster(elsewhere / "data")
    cluster.start()
    with psycopg.connect(cluster.url()) as connection:
        due = "SELECT count(*) FROM sales_outbox WHERE written_by < pg_snapshot_xmin(pg_current_snapshot())"
        assert connection.execute(due).fetchone() == (1,)


def test_neither_the_copy_nor_the_dump_of_it_tells_a_phone(filled: Path, elsewhere: Path) -> None:
    for file in copy_of(filled).rglob("*"):
        held = file.read_bytes() if file.is_file() else b""
        assert not any(_bare(phone).encode() in held for phone in PHONES)
    run("restore", copy_of(filled), "--keys", filled / "keys", "--data", elsewhere / "data")
    cluster = Cluster(elsewhere / "data")
    cluster.start()
    with (
        psycopg.connect(cluster.url()) as connection,
        connection.cursor().copy("COPY (SELECT string_agg(i::text, ' ') FROM members_identifier i) TO STDOUT") as rows,
    ):
        text = b"".join(bytes(row) for row in rows)
    assert text
    assert not any(_bare(phone).encode() in text for phone in PHONES)


def _bare(phone: str) -> str:
    return phone.replace(" ", "").lstrip("+")


def test_a_copy_is_read_again_and_that_is_noted(tmp_path: Path) -> None:
    folder, data = tmp_path / "copy", tmp_path / "data"
    folder.mkdir()
    data.mkdir()
    (folder / "database.dump").write_bytes(b"rows")
    contents = Contents("1", "2026-05-04T09:30:00+00:00", 18, {"a": 1}, {}, {}, listed(folder))
    contents.write(folder)
    note_made(Place(data), folder, contents)
    asked = ["verify-backup", str(folder), "--data", str(data), "--json"]
    done = CliRunner().invoke(app, asked)
    assert (done.exit_code, json.loads(done.stdout)["files"]) == (0, 1)
    [told] = copies(Place(data))
    assert (told.size, told.rows, told.verified_at is not None) == (4, 1, True)
    (folder / "database.dump").write_bytes(b"rowz")
    assert CliRunner().invoke(app, asked).exit_code != 0


def test_the_keys_may_not_lie_beside_the_copy(filled: Path) -> None:
    done = run("backup", "--data", filled / "data", "--to", filled / "other", "--keys", filled / "other" / "keys")
    assert done.returncode == 2
    assert "beside the copy" in done.stderr
    assert not (filled / "other").exists()


def test_other_keys_are_refused_before_anything_is_written(filled: Path, elsewhere: Path) -> None:
    shutil.copytree(filled / "keys", elsewhere / "keys")
    (elsewhere / "keys" / "signing").write_text("another", encoding="ascii")
    done = run("restore", copy_of(filled), "--keys", elsewhere / "keys", "--data", elsewhere / "data")
    assert done.returncode == 2
    assert "signing" in done.stderr
    assert not (elsewhere / "data" / "secrets").exists()


@pytest.mark.parametrize("name", ["database.dump", "lake/lines/2026-05.parquet", "erased.json"])
def test_a_damaged_copy_is_refused_before_anything_is_written(filled: Path, elsewhere: Path, name: str) -> None:
    copied = Path(shutil.copytree(copy_of(filled), elsewhere / "copies" / "regulars-1"))
    held = bytearray((copied / name).read_bytes())
    held[len(held) // 2] ^= 1
    (copied / name).write_bytes(held)
    done = run("restore", copied, "--keys", filled / "keys", "--data", elsewhere / "data")
    assert done.returncode == 2
    assert name.split("/")[-1] in done.stderr
    assert not (elsewhere / "data" / "secrets").exists()


def test_nothing_is_brought_back_over_an_installation(filled: Path) -> None:
    done = run("restore", copy_of(filled), "--keys", filled / "keys", "--data", filled / "data")
    assert done.returncode == 2
    assert "already" in done.stderr


def test_books_that_were_changed_by_hand_do_not_pass_a_restore(elsewhere: Path) -> None:
    made(elsewhere / "data")
    cluster = Cluster(elsewhere / "data")
    cluster.start()
    with psycopg.connect(cluster.url()) as connection:
        connection.execute("SET session_replication_role = replica")  # as somebody who owns the database can
        connection.execute("UPDATE ledger_transfer SET amount = amount + 1 WHERE amount = 105")
    cluster.stop()
    copies = elsewhere / "copies"
    run("backup", "--data", elsewhere / "data", "--to", copies, "--keys", elsewhere / "keys")
    done = run("restore", copy_of(elsewhere), "--keys", elsewhere / "keys", "--data", elsewhere / "new")
    assert done.returncode == 2
    assert "does not add up" in done.stderr


def test_who_was_erased_after_the_copy_is_erased_again(elsewhere: Path) -> None:
    members = made(elsewhere / "data")
    data, copies, keys = elsewhere / "data", elsewhere / "copies", elsewhere / "keys"
    assert run("backup", "--data", data, "--to", copies, "--keys", keys).returncode == 0
    older = copy_of(elsewhere)
    gone = run("members", "erase", members[3], "--data", data, "--reason", "asked")
    assert gone.returncode == 0, gone.stderr
    assert run("backup", "--data", data, "--to", copies, "--keys", keys).returncode == 0
    done = run("restore", older, "--keys", keys, "--data", elsewhere / "new", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["erased_again"] == 1
    cluster = Cluster(elsewhere / "new")
    cluster.start()
    with psycopg.connect(cluster.url()) as connection:
        found = connection.execute(
            "SELECT state FROM members_member WHERE id = %s", [untyped("mbr", members[3])]
        ).fetchone()
    assert found == ("erased",)


def test_a_filled_database_goes_over_to_the_newest_postgresql(elsewhere: Path) -> None:
    made(elsewhere / "data", "16")
    refused = run("ledger", "verify", "--data", elsewhere / "data")
    assert refused.returncode == 2
    assert "regulars upgrade" in refused.stderr
    done = run("upgrade", "--data", elsewhere / "data")
    assert done.returncode == 0, done.stderr
    assert "PostgreSQL 16 → 18" in done.stdout
    checked = run("ledger", "verify", "--data", elsewhere / "data", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert run("upgrade", "--data", elsewhere / "data").returncode == 0  # nothing left to do
