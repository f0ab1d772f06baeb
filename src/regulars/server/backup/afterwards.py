"""What is done in a database that was brought back, by the rooms that know how."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from regulars.journal import verifying
from regulars.journal.moves import Actor
from regulars.ledger.verify import verify
from regulars.members.erasing import erase, finish_lakes, not_erased
from regulars.server.backup.erased import Erased
from regulars.server.backup.errors import RestoreDiffers
from regulars.server.backup.restoring import Afterwards
from regulars.server.installing import install
from regulars.server.place import Place

RESTORE = Actor.job("regulars restore")


def afterwards(place: Place, *, at: datetime) -> Afterwards:
    """Django is set up when this is called."""
    return Afterwards(
        install=lambda: install(place, at=at),
        erase=lambda known: erase_again(known, at=at),
        verify=lambda: added_up(at=at),
    )


def erase_again(known: Sequence[Erased], *, at: datetime) -> int:
    """Erases who is in the lists and still in the database; how many. Safe to repeat."""
    roots = not_erased({UUID(one.root) for one in known})
    for root in sorted(roots):
        erase(root, reason="erased before the copy was brought back", actor=RESTORE, at=at)
    finish_lakes(at=at)
    return len(roots)


def added_up(*, at: datetime) -> dict[str, int]:
    """Everything from zero, and both chains. Raises RestoreDiffers."""
    books = verify(at=at, jobs=2)
    if not books.right:
        raise RestoreDiffers(
            f"The ledger does not add up: {books.differing} differences, the first {books.differences[:3]}. "
            "See: regulars ledger verify"
        )
    trail = verifying.verify()
    if trail.broken is not None:
        raise RestoreDiffers(f"The trail is broken at line {trail.broken.number}. See: regulars journal verify")
    return {**books.looked, "lines of the trail": trail.head.number}
