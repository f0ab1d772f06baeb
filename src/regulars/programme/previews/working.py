"""The worker's part: purchases batch by batch, both sides at each, until it is done or somebody wants it to end."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from pydantic_core import to_json

from regulars.access.selectors import places
from regulars.basics.periods import start_of
from regulars.journal.statements import run, table
from regulars.ledger.books import liability
from regulars.programme.book import book
from regulars.programme.checkout.paying import POINTS
from regulars.programme.ladders import LADDER, versions
from regulars.programme.models.previews import Preview, PreviewMember
from regulars.programme.previews import drafts, levels
from regulars.programme.previews.adding import Totals
from regulars.programme.previews.both import Both
from regulars.programme.previews.drafts import Drafted
from regulars.programme.previews.levels import Levels
from regulars.programme.previews.locks import next_preview
from regulars.programme.previews.moves import Bill
from regulars.programme.previews.reading import DRAWN, Days, Reader, count
from regulars.programme.previews.sums import Before
from regulars.programme.previews.worth import worths
from regulars.programme.terms import kind as kind_of

MOST: Final = 1_000_000  # purchases that are looked at one by one; of more of them a sample of so many
_GO_ON: Final = (
    "UPDATE programme_preview SET part = %s, whole = %s WHERE id = %s AND claim = %s AND state = 'running'"
    " RETURNING stop_at"
)
_END: Final = (
    "UPDATE programme_preview SET state = %s, told = %s::jsonb, ended_at = clock_timestamp()"
    " WHERE id = %s AND claim = %s AND state = 'running' RETURNING id"
)
_MEMBERS: Final = {
    "preview": "uuid", "member": "uuid", "side": "smallint", "size": "numeric", "bills": "integer", "told": "jsonb",
}  # fmt: skip
_AT_ONCE: Final = 5_000  # members


def work_due(*, at: datetime) -> int:
    """One preview to its end; 1, or 0 where none waits. That of a worker that died is begun again."""
    with next_preview() as mine:
        if mine is None:
            return 0
        work(*mine)
    return 1


def work(number: UUID, claim: UUID, *, most: int = MOST) -> None:
    """Looks at all purchases of the preview's days, or at a sample of `most` where there are more."""
    row = Preview.objects.get(id=number)
    zones = places().zones
    zone = zones.get(row.organisation, "UTC")
    days = Days(row.organisation, start_of(row.first_on, zone), start_of(row.last_on + timedelta(days=1), zone))
    whole = count(days)
    drawn = DRAWN if whole <= most else DRAWN * most // whole
    days = Days(days.organisation, days.since, days.until, drawn, number.int & 0x7FFFFFFF)
    terms = kind_of(row.kind).read(row.document)
    found = drafts.drafted(book(row.organisation), row.kind, row.code, terms, days, (row.first_on, row.last_on))
    replay = Replay(row, days, found, terms)
    expected = min(whole, most)
    for bills in Reader.of(days, found.both, zones).batches():
        replay.add(bills)
        going = run(_GO_ON, [min(replay.totals.bills, expected), expected, number, claim])
        if not going or going[0][0] is not None:
            run(_END, ["stopped", "{}", number, claim])
            return
    with transaction.atomic():
        if run(_END, ["done", to_json(replay.told(whole)).decode(), number, claim]):
            _keep_members(number, replay)


def _keep_members(number: UUID, replay: "Replay") -> None:
    """Whom the figures are of, in place of those of a replay before."""
    PreviewMember.objects.filter(preview=number).delete()
    levels = replay.levels.in_the_end() if replay.levels is not None else {}
    rows = ((number, *one) for one in replay.totals.by_member(levels))
    names = ", ".join(_MEMBERS)
    while some := list(islice(rows, _AT_ONCE)):
        said, values = table(_MEMBERS, some)
        run(f"INSERT INTO programme_preview_member ({names}) SELECT {names} FROM {said}", values)


class Replay:
    """Both sides of a preview, and what they came to so far."""

    def __init__(self, row: Preview, days: Days, found: Drafted, terms: Any) -> None:
        self.found, self.days = found, days
        before = Before(days.organisation, days.since, drafts.counted_as(found.before, row.kind, row.code, days))
        self.both = Both.of(row.kind, found, days.organisation, before, DRAWN / days.drawn)
        end = days.until - timedelta(microseconds=1)
        self.worths = worths(found.before.at(POINTS, end)), worths(found.after.at(POINTS, end))
        self.totals = Totals.of(*self.worths, by_paying=row.kind == POINTS, sampled=days.drawn < DRAWN)
        self.units = {terms.unit} if row.kind == POINTS else set()
        self.levels: Levels | None = None
        if row.kind == LADDER:
            listed = versions(found.before, row.code).get(row.code, ())
            self.levels = Levels(row.code, levels.sides(listed, terms, days.since), days.until)

    def add(self, bills: list[Bill]) -> None:
        """One query or two for sums that were not met before."""
        self.both.load(bills)
        if self.levels is not None:
            self.levels.load(bills)
        for bill in bills:
            facts = self.levels.facts(bill) if self.levels is not None else (bill.facts, bill.facts)
            self.totals.add(bill, *self.both.decide(bill, facts))

    def told(self, whole: int) -> dict[str, Any]:
        """The answer, with what is owed by both values where these change."""
        found = self.totals.told(whole)
        found["undated"] = self.found.undated
        if self.levels is not None:
            found["levels"] = self.levels.counted()
        owed = {code: amount for of_kind in liability().values() for code, amount in of_kind.items()}
        found["held"] = [
            {"unit": unit, "currency": currency, "units": owed[unit],
             "before": int(owed[unit] * self.worths[0].get((unit, currency), 0)), "after": int(owed[unit] * worth)}
            for (unit, currency), worth in sorted(self.worths[1].items())
            if unit in self.units and unit in owed
        ]  # fmt: skip
        return found
