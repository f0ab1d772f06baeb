"""What the report knows of campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from regulars.insight.uplift.moves import BeforeAfter, Decision, Result


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign: its result, or the weak look where nobody was left out; and whom the next one should go to."""

    name: str
    from_on: date
    until_on: date
    result: Result | None
    weak: BeforeAfter | None = None
    decision: Decision | None = None  # by purchases, as of the day before the campaign
    refused: str = ""  # why there is no result: a code of errors.md


@dataclass(frozen=True, slots=True)
class CampaignFound:
    """Every campaign that a file of assignments tells of, in the order of their days."""

    campaigns: Sequence[Campaign] = field(default_factory=tuple)
