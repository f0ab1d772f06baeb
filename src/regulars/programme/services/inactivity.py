"""Units that stay as long as their holder stays active: looked at anew whenever something happens, or is undone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.access.selectors import places
from regulars.journal.moves import Actor
from regulars.journal.statements import column, run
from regulars.journal.transactions import whole
from regulars.ledger.services.lives import set_lives
from regulars.programme.book import Book, book
from regulars.programme.inactivity import KIND
from regulars.rules.inactivity import PURCHASE, REDEMPTION, Inactivity

# The last of each that was not undone, by whom it concerns now.
_PURCHASES: Final = (
    "SELECT m.root_id, max(s.effective_at) FROM members_member m JOIN sales_sale s ON s.member = m.id"
    " WHERE m.root_id = ANY(%s::uuid[]) AND s.state = 'complete'"
    " AND (s.returned < s.amount - s.discount OR s.amount = s.discount) GROUP BY m.root_id"
)
_EVENTS: Final = (
    "SELECT m.root_id, max(e.effective_at) FROM members_member m JOIN sales_event e ON e.member = m.id"
    " WHERE m.root_id = ANY(%s::uuid[]) AND e.name = ANY(%s::text[]) GROUP BY m.root_id"
)
_REDEMPTIONS: Final = (
    "SELECT m.root_id, max(r.asked_at) FROM members_member m JOIN programme_redemption r ON r.own = m.id"
    " WHERE m.root_id = ANY(%s::uuid[]) AND r.state <> 'cancelled' GROUP BY m.root_id"
)


@whole()
def keep_alive(
    members: Iterable[UUID], *, organisation: UUID, actor: Actor, at: datetime, terms: Book | None = None
) -> None:
    """After something happened to these members, or was taken back. No query where no unit goes by activity; else up to
    seven for each such unit, however many members. Locks their accounts."""
    terms = terms or book(organisation)
    held = terms.at(KIND, at)
    if not held:
        return
    zone, here = places().zones.get(organisation, "UTC"), sorted(set(members))
    for version in held:
        rule: Inactivity = version.terms
        active = _last(here, rule)

        def ends(owner: UUID, earned_at: datetime, rule: Inactivity = rule, active: Active = active) -> datetime:
            return rule.ends(earned_at, active.get(owner, ()), zone)

        set_lives(here, rule.unit, ends, actor=actor, at=at)


Active = dict[UUID, tuple[datetime, ...]]


def _last(members: list[UUID], rule: Inactivity) -> Active:
    """When each was active last, in each of the ways that count. Three queries at most."""
    names = [name for name in rule.resets if name not in (PURCHASE, REDEMPTION)]
    rows = run(_PURCHASES, [column(members)]) if PURCHASE in rule.resets else []
    rows += run(_REDEMPTIONS, [column(members)]) if REDEMPTION in rule.resets else []
    rows += run(_EVENTS, [column(members), column(names)]) if names else []
    found: Active = {}
    for member, moment in rows:
        found[member] = (*found.get(member, ()), moment)
    return found
