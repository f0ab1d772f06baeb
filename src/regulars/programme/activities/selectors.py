"""Activities as they were answered, and what waits for one; each says what it costs in queries."""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.statements import column, run
from regulars.programme.activities.moves import NewActivity
from regulars.programme.book import Book
from regulars.programme.checkout.moves import Outcome
from regulars.programme.models import Activity
from regulars.rules.earning.earn import KIND

PURCHASE_SAID: Final = "purchase"  # an activity that says so wakes only what that purchase earned
_WAITING: Final = (
    "SELECT p.id, p.owner, p.earned_at, t.rule, t.details ->> 'sale' FROM ledger_pending p"
    " JOIN ledger_transfer t ON t.id = p.id"
    " WHERE p.owner = ANY(%s::uuid[]) AND p.state = 'pending' AND p.cancels_at IS NOT NULL AND t.rule = ANY(%s::text[])"
    " ORDER BY p.id"
)


def outcomes(ids: Collection[UUID]) -> dict[UUID, Outcome]:
    """What callers were told. One query; none for none."""
    rows = Activity.objects.filter(event__in=ids).values_list("event", "told") if ids else ()
    return {number: Outcome(number, told, replayed=True) for number, told in rows}


def waking(done: Iterable[tuple[UUID, NewActivity]], terms: Book) -> dict[UUID, tuple[UUID, NewActivity]]:
    """Pending earns that waited for one of these activities, each with the first that wakes it. One query; none where
    no rule waits for such an event."""
    ordered = sorted(done, key=lambda pair: pair[1].effective_at)
    waits = _rules(terms)
    rules = [rule for rule, event in waits.items() if any(one.name == event for _, one in ordered)]
    if not rules:
        return {}
    found: dict[UUID, tuple[UUID, NewActivity]] = {}
    for pending, owner, earned_at, rule, sale in run(
        _WAITING, [column(sorted({one.member for _, one in ordered})), column(rules)]
    ):
        for number, one in ordered:
            fits = (one.member, one.name) == (owner, waits[rule]) and one.effective_at >= earned_at
            if fits and one.said.get(PURCHASE_SAID, sale) == sale:
                found[pending] = (number, one)
                break
    return found


def _rules(terms: Book) -> dict[str, str]:
    """Rules in each version that give something only after an event, as transfers name them."""
    return {
        f"{one.code}/{one.version}": one.terms.pending.on_event
        for one in terms.versions(KIND)
        if one.terms.pending is not None and one.terms.pending.on_event
    }


def subject(number: UUID) -> str:
    """As everybody names an activity."""
    return typed("act", number)
