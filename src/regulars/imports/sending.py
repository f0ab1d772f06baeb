"""What the worker does for this room."""

from datetime import datetime

from regulars.imports import folders, locks
from regulars.imports.models import Import
from regulars.imports.selectors import scores_wait


def run_due(*, at: datetime) -> int:
    """Works at one import until it is done or waits for somebody; 1, or 0 where there is none. One of a worker that
    died goes on where it was. Where there is none, the scores that one waited for are asked for."""
    with locks.next_import() as mine:
        if mine is not None:
            from regulars.imports.working.running import work  # loads DuckDB

            work(*mine, at=at)
            return 1
    if not scores_wait():
        return 0
    from regulars.imports.working.scoring import ask_again  # loads it too

    return ask_again(at=at)


def forget_due(*, at: datetime) -> int:
    """Files whose time is over go; how many imports that were. Two queries."""
    due = list(Import.objects.filter(forgotten_at=None, forget_at__lte=at).values_list("id", flat=True)[:100])
    for number in due:
        folders.forget(number)
    Import.objects.filter(id__in=due).update(forgotten_at=at)
    return len(due)
