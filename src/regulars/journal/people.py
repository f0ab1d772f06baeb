"""The room's step of deeds across rooms. A line holds ids and codes alone, so that an erasure leaves it as it is."""

from collections.abc import Sequence

from regulars.journal.moves import Line, Seen, Sought
from regulars.journal.selectors import search_all


def export(subjects: Sequence[str]) -> list[Line]:
    """What was done to a person and who looked, by the typed ids they have or had; newest first. A query per page."""
    found = [line for subject in subjects for line in search_all(Sought(subject=subject), seen=Seen(everything=True))]
    return sorted(found, key=lambda line: (line.at, line.id), reverse=True)
