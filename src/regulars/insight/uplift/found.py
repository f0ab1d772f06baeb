"""What the report knows of campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from regulars.insight.uplift.moves import BeforeAfter, Decision, Result
from regulars.insight.uplift.teaching import Taught


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign: its result, or the weak look where nobody was left out; and whom the next one should go to."""

    name: str
    from_on: date
    until_on: date
    result: Result | None
    weak: BeforeAfter | None = None
    taught: Taught | None = None
    refused: str = ""  # why there is no result: a code of errors.md, or later-than-sales

    @property
    def decision(self) -> Decision | None:
        """By net earnings, on facts as of the day before the campaign."""
        return self.taught.decision if self.taught is not None else None


@dataclass(frozen=True, slots=True)
class CampaignFound:
    """Every campaign that a file of assignments tells of, in the order of their days."""

    campaigns: Sequence[Campaign] = field(default_factory=tuple)

    @property
    def latest(self) -> Campaign | None:
        """The last campaign that tells people apart."""
        telling = [one for one in self.campaigns if one.taught is not None and one.taught.listed is not None]
        return telling[-1] if telling else None

    @property
    def next_list(self) -> pa.Table | None:
        """Whom the next campaign should go to, by the latest."""
        latest = self.latest
        return latest.taught.listed if latest is not None and latest.taught is not None else None
