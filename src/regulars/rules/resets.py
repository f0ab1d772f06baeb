"""What sets a balance to zero: a bill that is paid late, say. Told at once, and open to an appeal for a time."""

from dataclasses import dataclass
from datetime import datetime

from regulars.basics.periods import Period


@dataclass(frozen=True, slots=True)
class ResetTerms:
    """On an activity of this name all that a member has of the unit is taken. An appeal can give it back."""

    event: str
    unit: str
    appeal_within: str = "30D"

    def __post_init__(self) -> None:
        if not self.event or not self.unit:
            raise ValueError("Say on which activity, and of which unit.")
        Period.parse(self.appeal_within)

    def until(self, at: datetime, zone: str) -> datetime:
        """Until when an appeal is heard."""
        return Period.parse(self.appeal_within).after(at, zone)
