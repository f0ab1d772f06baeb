"""The embedded PostgreSQL: made, started, killed, started again, and refusing in words."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.postgres import FAST
from tests.server.strangers import a_python_for, run_as_stranger

from regulars.server.postgres import Cluster, folder, sizing
from regulars.server.postgres.errors import DatabaseWontStart
from regulars.server.postgres.failing import forget_power_cut, postmaster
from regulars.server.postgres.owner import Owner

DURABLE = {"shared_buffers": "32MB"}


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder; what it made elsewhere goes with it."""
    made = Path(tempfile.mkdtemp(prefix="regulars-"))
    yield made
    forget(made)


def forget(data: Path) -> None:
    cluster = Cluster(data)
    cluster.stop(at_once=True)
    shutil.rmtree(cluster.home, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


def kept(cluster: Cluster, number: int) -> list[int]:
    """Adds a number and gives all there are."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])
        return [row[0] for row in connection.execute("SELECT number FROM kept ORDER BY number")]


@pytest.mark.slow
def test_what_was_said_is_there_after_a_kill_of_the_server_and_a_start_right_after(data: Path) -> None:
    cluster = Cluster(data)
    cluster.make(DURABLE)
    cluster.start()
    assert kept(cluster, 1) == [1]
    first = cluster.process()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    cluster.start()
    assert cluster.process() not in (None, first)
    assert kept(cluster, 2) == [1, 2]
    cluster.stop()
    assert cluster.process() is None
    cluster.start()
    assert kept(cluster, 3) == [1, 2, 3]


def shown(cluster: Cluster, name: str) -> str:
    with psycopg.connect(cluster.url()) as connection:
        ((value,),) = connection.execute("SELECT current_setting(%s)", [name]).fetchall()
    return str(value)


@pytest.mark.slow
def test_its_memory_is_measured_at_each_start_and_what_its_owner_wrote_holds(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = Cluster(data)
    monkeypatch.setattr(sizing, "memory", lambda: 2 * 2**30)
    cluster.make({"fsync": "off"})
    cluster.start()
    assert shown(cluster, "shared_buffers") == "256MB"
    cluster.stop()
    monkeypatch.setattr(sizing, "memory", lambda: 4 * 2**30)  # it was moved to a larger machine
    cluster.start()
    assert shown(cluster, "shared_buffers") == "512MB"
    cluster.stop()
    own = cluster.files / "postgresql.conf"
    own.write_text(own.read_text() + "shared_buffers = 160MB\n")
    cluster.start()
    assert shown(cluster, "shared_buffers") == "160MB"


@pytest.mark.slow
def test_a_cluster_of_before_is_measured_too(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(data)
    monkeypatch.setattr(sizing, "memory", lambda: 4 * 2**30)
    cluster.make({"fsync": "off"})
    own = cluster.files / "postgresql.conf"
    own.write_text(own.read_text().replace(sizing.INCLUDE, sizing.BEFORE))
    cluster.start()
    assert shown(cluster, "shared_buffers") == "512MB"


@pytest.mark.slow
def test_a_moved_folder_takes_its_database_along_and_a_new_one_of_the_old_name_begins_empty(data: Path) -> None:
    cluster = Cluster(data)
    cluster.make(FAST)
    cluster.start()
    assert kept(cluster, 1) == [1]
    cluster.stop()
    moved = data.with_name(f"{data.name}-moved")
    data.rename(moved)
    try:
        again = Cluster(moved)
        again.start()
        assert kept(again, 2) == [1, 2]
        cluster.make(FAST)
        assert cluster.home != again.home
    finally:
        forget(moved)


def test_nothing_listens_on_the_network_and_nobody_enters_without_the_password(data: Path) -> None:
    cluster = Cluster(data)
    cluster.make(FAST)
    cluster.start()
    assert (cluster.password_file.stat().st_mode & 0o777, cluster.sockets.stat().st_mode & 0o777) == (0o600, 0o700)
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW fsync").fetchone() == ("off",)  # as the test asked
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(cluster.url().replace(cluster.password_file.read_text(), "guessed"))


def test_a_database_whose_files_are_gone_is_missed_and_not_begun_anew(data: Path) -> None:
    cluster = Cluster(data)
    cluster.make(FAST)
    shutil.rmtree(cluster.home)
    with pytest.raises(DatabaseWontStart, match="are gone"):
        cluster.make(FAST)


def test_a_database_whose_password_is_gone_says_so(data: Path) -> None:
    cluster = Cluster(data)
    cluster.make(FAST)
    cluster.password_file.unlink()
    with pytest.raises(DatabaseWontStart, match="backup"):
        cluster.start()


def test_an_older_major_is_not_passed_over(data: Path) -> None:
    Cluster(data, major=16).make(FAST)
    with pytest.raises(DatabaseWontStart, match="regulars upgrade"):
        Cluster(data).make(FAST)


def test_a_start_that_died_in_the_middle_of_making_is_made_again(data: Path) -> None:
    home = folder.choose_home(data)
    half = home / f"data-{Cluster(data).major}.part"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    cluster = Cluster(data)
    cluster.make(FAST)
    assert cluster.made()
    assert cluster.home == home


def test_a_note_of_another_program_with_the_same_number_is_forgotten(tmp_path: Path) -> None:
    note, lock = tmp_path / "postmaster.pid", tmp_path / ".s.PGSQL.5432.lock"
    for file in (note, lock):
        file.write_text(f"{os.getpid()}\n/somewhere\n1\n5432\n/socket\n\n  5432001    999999999\nready\n")
    assert postmaster(tmp_path) is None
    forget_power_cut(tmp_path, lock)
    assert not note.exists()
    assert not lock.exists()


@pytest.mark.skipif(not Path("/proc/sysvipc/shm").exists(), reason="this system does not show shared memory")
def test_a_note_whose_memory_is_still_in_use_stays(data: Path) -> None:
    """Its server is gone, but a child of it still works on the files: a second server would ruin them."""
    cluster = Cluster(data)
    cluster.make(FAST)
    cluster.start()
    note = cluster.files / "postmaster.pid"
    changed = note.read_text().split("\n")
    changed[0] = str(os.getpid())
    note.write_text("\n".join(changed))
    forget_power_cut(cluster.files, tmp_lock := data / "lock")
    assert note.exists()
    changed[0] = str(cluster_process(cluster))
    note.write_text("\n".join(changed))
    assert not tmp_lock.exists()


def cluster_process(cluster: Cluster) -> int:
    """The server's number, asked of the server."""
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute("SELECT pg_read_file('postmaster.opts') IS NOT NULL, pg_backend_pid()").fetchone()
        assert row is not None
        shown = Path(f"/proc/{row[1]}/stat").read_text().rpartition(")")[2].split()
        return int(shown[1])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a small disk")
def test_a_full_disk_is_said_in_words(data: Path) -> None:
    small = data / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small], capture_output=True)
    if mounted.returncode:
        pytest.skip("this root may not mount; a full disk was NOT tried")
    home = small / "home"
    try:
        folder.write_note(data, folder.Note(home, made=False))
        data.chmod(0o755)
        small.chmod(0o755)
        with pytest.raises(DatabaseWontStart, match="disk is full"):
            Cluster(data).start()
    finally:
        subprocess.run(["umount", small], check=True)


STARTED = """
import sys
from pathlib import Path
import psycopg
from regulars.server.postgres import Cluster
cluster = Cluster(Path(sys.argv[1]))
cluster.make({"shared_buffers": "32MB", "fsync": "off"})
cluster.start()
with psycopg.connect(cluster.url()) as connection:
    print(connection.execute("SELECT 1 + 1").fetchone()[0], cluster.sockets)
cluster.stop()
"""


@pytest.mark.slow
def test_an_ordinary_user_starts_it_also_where_the_path_is_too_long_for_a_socket() -> None:
    a_python_for()
    with tempfile.TemporaryDirectory() as near:
        Path(near).chmod(0o777)
        short = run_as_stranger(STARTED, f"{near}/data")
        assert short.stdout.split() == ["2", f"{near}/data/postgres/socket"], short.stderr
        long = run_as_stranger(STARTED, f"{near}/{'d' * 100}/data")
        assert long.stdout.split()[0] == "2", long.stderr
        assert long.stdout.split()[1].startswith("/tmp/regulars-")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be two users")
def test_the_database_of_one_user_is_neither_taken_nor_doubled_by_another(data: Path) -> None:
    a_python_for()
    Cluster(data).make(FAST)
    data.chmod(0o755)
    refused = run_as_stranger(STARTED, str(data))
    assert "made by root" in refused.stderr
    theirs = Path(tempfile.mkdtemp())
    theirs.chmod(0o777)
    assert run_as_stranger(STARTED, f"{theirs}/data").returncode == 0
    with pytest.raises(DatabaseWontStart, match="another user than root"):
        Cluster(theirs / "data").make(FAST)
    shutil.rmtree(theirs)


def test_a_folder_that_may_not_be_written_is_said_in_words() -> None:
    a_python_for()
    locked = Path(tempfile.mkdtemp())
    locked.chmod(0o755)
    refused = run_as_stranger(STARTED, f"{locked}/data")
    assert "may not write there" in refused.stderr
    locked.rmdir()


def test_a_socket_folder_that_somebody_made_before_us_is_refused(tmp_path: Path) -> None:
    trap = Path("/tmp") / f"regulars-trap-{time.monotonic_ns()}"
    trap.symlink_to(tmp_path)
    try:
        with pytest.raises(DatabaseWontStart, match="somebody else"):
            folder.take_socket_folder(trap, Owner.here())
    finally:
        trap.unlink()
