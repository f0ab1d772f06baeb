"""The house tests its own rules; and that each of them can bite."""

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.house import rules
from tests.tracing import untraced

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
ROOMS = [path for room in ("journal", "access", "ledger", "members") for path in SOURCES if room in path.parts]
PYTHON = sorted(p for room in ("src", "tests", "benchmarks", "tools") for p in (ROOT / room).rglob("*.py"))
TEXT_ENDINGS = {".py", ".md", ".toml", ".txt", ".html", ".css", ".po", "", ".yml"}

Rule = Callable[[str], Iterable[str]]


def tracked() -> list[Path]:
    """Every file of the project, without what is ignored."""
    ask = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@untraced  # whole trees of syntax are walked, and none of it is what coverage measures
def broken(rule: Rule, files: Iterable[Path]) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {place}" for path in files for place in rule(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("rule", "files"),
    [
        (rules.too_long, [path for path in PYTHON if path.parent.name != "migrations"]),
        (rules.hidden_clocks, SOURCES),
        (rules.clocks_in_rooms, ROOMS),
        (rules.locks_elsewhere, [path for path in ROOMS if path.name != "locks.py"]),
        (rules.floats_for_money, SOURCES),
        (rules.broad_catches, SOURCES),
        (rules.unfinished, PYTHON),
    ],
    ids=["lengths", "clocks", "rooms-clocks", "locks", "money", "catches", "unfinished"],
)
def test_the_house_keeps_its_rules(rule: Rule, files: list[Path]) -> None:
    assert broken(rule, files) == []


def test_no_host_of_a_registry_and_no_path_of_one_machine_is_kept() -> None:
    texts = [path for path in tracked() if path.suffix in TEXT_ENDINGS and path.name != "LICENSE"]
    assert broken(rules.places_of_one_machine, texts) == []


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        (rules.too_long, "\n" * 401),
        (rules.too_long, "def f():\n" + "    x = 1\n" * 61),
        (rules.hidden_clocks, "from datetime import datetime\nmoment = datetime.now()\n"),
        (rules.hidden_clocks, "import datetime\nday = datetime.date.today()\n"),
        (rules.clocks_in_rooms, "from django.utils import timezone\nat = timezone.now()\n"),
        (rules.clocks_in_rooms, "made_at = DateTimeField(auto_now_add=True)\n"),
        (rules.locks_elsewhere, "Account.objects.select_for_update()\n"),
        (rules.locks_elsewhere, "rows = run('SELECT id FROM account FOR UPDATE')\n"),
        (rules.floats_for_money, "spend_minor: float = 0.1\n"),
        (rules.floats_for_money, "def f(amount_minor: float) -> None: ...\n"),
        (rules.floats_for_money, "def spend_minor() -> float: ...\n"),
        (rules.broad_catches, "try:\n    f()\nexcept Exception:\n    g()\n"),
        (rules.broad_catches, "try:\n    f()\nexcept:\n    g()\n"),
        (rules.unfinished, "# TO" + "DO later\n"),
        (rules.unfinished, "x = 1  # XX" + "X mend\n"),
        (rules.places_of_one_machine, "see https://py" + "pi.org/x\n"),
        (rules.places_of_one_machine, "in /wo" + "rk/main\n"),
    ],
)
def test_a_rule_bites(rule: Rule, bad: str) -> None:
    assert list(rule(bad)) != []
