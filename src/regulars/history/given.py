"""A mapping that somebody gave, fitted to the file at hand: its columns are found by heading, then by number."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from regulars.history.evidence import heading_of
from regulars.history.headings import folded
from regulars.history.moves import FileMapping, RawTable
from regulars.history.refusals import ASKED, BadMapping, UnknownColumn

_NUMBERED = re.compile(r"column (\d+)")


def resolve(raw: RawTable, given: FileMapping | None) -> FileMapping:
    """`given` with its columns as positions in `raw`; an empty mapping when there is none."""
    if given is None:
        return FileMapping(columns={}, headings=())
    if not given.headings:
        for field, position in given.columns.items():
            _check(raw, field, position, f"column {position + 1}")
        return given
    columns = {field: _position(raw, field, given, position) for field, position in given.columns.items()}
    _check_apart(raw, columns)
    return replace(given, columns=columns)


def _position(raw: RawTable, field: str, given: FileMapping, position: int) -> int:
    wanted = given.headings[position]
    have = [heading_of(raw, place) for place in range(raw.width)]
    if position < len(have) and have[position] == wanted:
        return position
    if wanted in have:
        return have.index(wanted)
    alike = [place for place, heading in enumerate(have) if folded(heading) and folded(heading) == folded(wanted)]
    if alike:
        return alike[0]
    numbered = _NUMBERED.fullmatch(wanted)
    return _check(raw, field, int(numbered.group(1)) - 1 if numbered else -1, wanted)


def _check(raw: RawTable, field: str, position: int, wanted: str) -> int:
    if 0 <= position < raw.width:
        return position
    have = [heading_of(raw, place) for place in range(raw.width)]
    raise UnknownColumn(
        f'{raw.name} has no column "{wanted}" ({field} in the mapping); it has: {", ".join(have)}.',
        file=raw.name,
        field=field,
        column=wanted,
        headings=have,
    )


def _check_apart(raw: RawTable, columns: Mapping[str, int]) -> None:
    """Who, when and how much cannot stand in one column."""
    asked = [field for field in ASKED if field in columns]
    for field, other in combinations(asked, 2):
        if columns[field] == columns[other]:
            heading = heading_of(raw, columns[field])
            raise BadMapping(
                f'The mapping of {raw.name} takes "{heading}" for {field} and for {other}; one of them is wrong.',
                file=raw.name,
                key=other,
                line=None,
            )
