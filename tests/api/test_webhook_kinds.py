"""The list of types of events is what the rooms write, no more and no less."""

import ast
import re
from pathlib import Path

import regulars
from regulars.api.webhooks.kinds import PING, ROOMS, words

HOUSE = Path(regulars.__file__).parent
SOURCES = [
    path
    for room in ("journal", "access", "ledger", "members", "sales", "programme", "api", "server")
    for path in (HOUSE / room).rglob("*.py")
    if "migrations" not in path.parts
]
WORD = re.compile(r"[a-z]+\.[a-z_-]+")
# Where texts of the same form are no deeds: rights, jobs, rules that listen.
ELSEWHERE = {
    HOUSE / name for name in ("access/rights.py", "access/alerts/rules.py", "server/tasks.py", "api/webhooks/kinds.py")
}
JOBS = {"api.jobs"}


def test_every_word_that_a_room_writes_is_a_type_of_event() -> None:
    found = set()
    for path in set(SOURCES) - ELSEWHERE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str(text)) if WORD.fullmatch(text) and text.partition(".")[0] in ROOMS:
                    found.add(text)
    assert found - JOBS | {PING} == set(words())
    deeds = {text for text in _said_to_deeds() if text.partition(".")[0] not in ROOMS}
    assert deeds == set(), "a room that nobody can hear of: it belongs into ROOMS"


def _said_to_deeds() -> set[str]:
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Deed"), args=[ast.Constant(value=str(text)), *_]):
                    found.add(text)
    return found
