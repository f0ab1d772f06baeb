"""Where in a JSON text a pointer leads: so that a fault stands under its line. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Marked:
    """A line of a document with what is wrong there."""

    number: int
    text: str
    faults: tuple[str, ...]


def lines_of(text: str) -> dict[str, int]:
    """The line, from 1, on which each value of a document begins, by its pointer. The text must be JSON.

    >>> lines_of('{"a": 1,\\n "b": [true,\\n 7]}')
    {'': 1, '/a': 1, '/b': 2, '/b/0': 2, '/b/1': 3}
    """
    found: dict[str, int] = {}
    _value(text, _over(text, 0), "", found)
    return {pointer: text.count("\n", 0, place) + 1 for pointer, place in found.items()}


def marked(text: str, faults: Sequence[Mapping[str, Any]], *, within: str = "") -> list[Marked]:
    """The document line by line, each fault at the line of its pointer, or of what that is within."""
    known = lines_of(text)
    by_line: dict[int, list[str]] = {}
    for fault in faults:
        pointer = str(fault["pointer"]).removeprefix(within)
        line = next((known[one] for one in _upwards(pointer) if one in known), 1)
        by_line.setdefault(line, []).append(f"{pointer or '/'}: {fault['detail']}")
    return [Marked(number, line, tuple(by_line.get(number, ()))) for number, line in enumerate(text.split("\n"), 1)]


def _upwards(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]
    yield ""


def _over(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    assert found is not None
    return found.end()


def _value(text: str, place: int, pointer: str, found: dict[str, int]) -> int:
    """Notes where a value begins, and says where it ends."""
    found[pointer] = place
    if text[place] == "{":
        return _object(text, place, pointer, found)
    if text[place] == "[":
        return _array(text, place, pointer, found)
    return int(_DECODER.raw_decode(text, place)[1])


def _object(text: str, place: int, pointer: str, found: dict[str, int]) -> int:
    place = _over(text, place + 1)
    while text[place] != "}":
        name, place = _DECODER.raw_decode(text, place)
        begins = _over(text, _over(text, place) + 1)
        step = name.replace("~", "~0").replace("/", "~1")
        place = _over(text, _value(text, begins, f"{pointer}/{step}", found))
        if text[place] == ",":
            place = _over(text, place + 1)
    return place + 1


def _array(text: str, place: int, pointer: str, found: dict[str, int]) -> int:
    place, number = _over(text, place + 1), 0
    while text[place] != "]":
        place = _over(text, _value(text, place, f"{pointer}/{number}", found))
        number += 1
        if text[place] == ",":
            place = _over(text, place + 1)
    return place + 1
