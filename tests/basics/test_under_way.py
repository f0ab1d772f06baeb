"""What a long work says of itself is read by others, and by nobody once its process is over."""

import subprocess
import sys
from pathlib import Path

import pytest

from regulars.basics.under_way import UnderWay, telling, under_way

TOLD = """
import sys, time
from pathlib import Path
from regulars.basics.under_way import telling
with telling(Path(sys.argv[1])) as tell:
    tell("bills", 400, 1000)
    print("told", flush=True)
    time.sleep(60)
"""


def test_it_is_said_while_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "data" / "under-way.json"
    assert under_way(path) is None
    with telling(path) as tell:
        tell("reading")
        assert under_way(path) == UnderWay("reading", 0, 0)
        tell("bills", 3, 9)
        assert under_way(path) == UnderWay("bills", 3, 9)
    assert under_way(path) is None


def test_a_process_that_was_killed_says_nothing_any_more(tmp_path: Path) -> None:
    path = tmp_path / "under-way.json"
    with subprocess.Popen([sys.executable, "-c", TOLD, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "told\n"
        assert under_way(path) == UnderWay("bills", 400, 1000)
        process.kill()
    assert path.exists()
    assert under_way(path) is None


def test_what_breaks_off_says_nothing_any_more(tmp_path: Path) -> None:
    path = tmp_path / "under-way.json"

    def broken() -> None:
        with telling(path) as tell:
            tell("bills", 1, 2)
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        broken()
    assert under_way(path) is None
