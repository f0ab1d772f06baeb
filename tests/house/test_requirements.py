"""Requirements are pinned and hashed."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-peers.txt"])
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    joined = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    rows = [row for row in joined.splitlines() if row and not row.lstrip().startswith("#")]
    assert rows
    assert [row[:60] for row in rows if not re.match(r"[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", row)] == []


def test_ours_and_the_tests_agree_on_versions() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    run, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {n: (v, dev.get(n)) for n, v in run.items() if dev.get(n) != v} == {}
