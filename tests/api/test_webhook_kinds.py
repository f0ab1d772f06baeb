"""The list of types of events is what the rooms write, no more and no less."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import regulars
from regulars.webhooks.kinds import PING, ROOMS, words

HOUSE = Path(regulars.__file__).parent
# Where texts of the same form are no deeds: rights, jobs, rules that listen, the list itself.
ELSEWHERE = {
    HOUSE / name for name in ("access/rights.py", "access/alerts/rules.py", "server/tasks.py", "webhooks/kinds.py")
}
SOURCES = [
    path
    for room in (
        "journal",
        "access",
        "ledger",
        "members",
        "sales",
        "scorebook",
        "programme",
        "outreach",
        "care",
        "imports",
        "portal",
        "api",
        "webhooks",
        "console",
        "server",
    )
    for path in (HOUSE / room).rglob("*.py")
    if "migrations" not in path.parts and path not in ELSEWHERE
]
WORD = re.compile(r"[a-z]+\.[a-z_-]+")
JOBS = {"api.jobs"}
FILES = {"members.csv"}


@cache
def nodes() -> list[ast.AST]:
    return [node for path in SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]


def texts() -> Iterator[str]:
    """Every text in the code but the places of cursors."""
    places = {
        id(node.args[0])
        for node in nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("_cursor")
    }
    for node in nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in places:
            yield node.value


def test_every_word_that_a_room_writes_is_a_type_of_event() -> None:
    written = {text for text in texts() if WORD.fullmatch(text) and text.partition(".")[0] in ROOMS} - JOBS - FILES
    assert written - set(words()) == set(), "to be named in webhooks/kinds.py"


def test_every_room_that_writes_can_be_heard_of() -> None:
    rooms = {
        str(node.args[0].value).partition(".")[0]
        for node in nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Deed"
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert rooms - ROOMS.keys() == set(), "to be named in webhooks/kinds.py"


def test_no_type_of_event_is_one_that_nothing_writes() -> None:
    said = set(texts())
    parts = {part for text in said for part in text.split(".")}  # some words are put together
    unwritten = {word for word in words() if word not in said and word.partition(".")[2] not in parts}
    assert unwritten - {PING} == set()


def test_the_page_says_of_every_room_which_right_hearing_of_it_needs() -> None:
    page = (HOUSE.parents[1] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (`.*) \| `([a-z]+\.[a-z]+)` \|$", page, re.MULTILINE))
    told = {room: right for rooms, right in rows.items() for room in re.findall(r"`([a-z]+)\.\*`", rooms)}
    assert told == {room: right.value for room, (right, _) in ROOMS.items()}
