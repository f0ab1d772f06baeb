"""Units that stay as long as their holder stays active (SEMANTICS 7): which activities start the clock anew."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from regulars.basics.periods import Period

PURCHASE: Final = "purchase"  # one of which something is kept: what was wholly taken back starts nothing anew
REDEMPTION: Final = "redemption"  # of a reward, not cancelled


@dataclass(frozen=True, slots=True)
class Inactivity:
    """Units of a kind are gone `after` so long without any of these activities; any other name is an event's."""

    unit: str
    after: str  # "12M@month"
    resets: tuple[str, ...] = (PURCHASE,)

    def __post_init__(self) -> None:
        Period.parse(self.after)
        if not self.unit or not self.resets:
            raise ValueError("Say which units, and at least one activity that keeps them.")

    def ends(self, earned_at: datetime, active_at: Iterable[datetime], zone: str) -> datetime:
        """When a lot is gone: so long after the last activity, or after it was earned where that is later.

        >>> from datetime import UTC
        >>> Inactivity("points", "1Y").ends(datetime(2026, 1, 5, tzinfo=UTC), [datetime(2025, 6, 1, tzinfo=UTC)], "UTC")
        datetime.datetime(2027, 1, 5, 0, 0, tzinfo=datetime.timezone.utc)
        """
        return Period.parse(self.after).after(max(earned_at, *active_at) if active_at else earned_at, zone)
