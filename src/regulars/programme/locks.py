"""Who may change what of the programme: whoever holds its row. Rows are locked in the order of keys."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from regulars.basics.ids import typed
from regulars.journal.statements import column, run
from regulars.programme.coupons.moves import CouponRow
from regulars.programme.models import Enrolment, Goodwill, Redemption, Referral, Reset, Review
from regulars.programme.standings import NAMES, Row, row
from regulars.sales.errors import SaleState, SaleUnknown

LOCK = "FOR NO KEY UPDATE"  # a test takes it away, to show what happens without
PASSING = "FOR NO KEY UPDATE SKIP LOCKED"  # of a job that takes what nobody else is at
COUPON: Final = (
    "id, series, terms, number, mark, text, member, hard, issued_at, expires_at, uses, taken, kept, state, item"
)


def edition(organisation: UUID) -> None:
    """One at a time changes an organisation's terms. One query."""
    run(
        "INSERT INTO programme_edition (organisation, edition) VALUES (%s, %s)"
        " ON CONFLICT (organisation) DO UPDATE SET edition = programme_edition.edition",
        [organisation, uuid4()],
    )


def counters(ids: Collection[UUID]) -> dict[UUID, int]:
    """What is used of these counters, of those that are there, locked in the order of their ids. One query."""
    rows = run(
        f"SELECT id, used FROM programme_counter WHERE id = ANY(%s::uuid[]) ORDER BY id {LOCK}", [column(sorted(ids))]
    )
    return dict(rows)


def coupons(ids: Collection[UUID]) -> list[CouponRow]:
    """These coupons, locked in the order of their ids, before any counter. One query; none for none."""
    if not ids:
        return []
    rows = run(
        f"SELECT {COUPON} FROM programme_coupon WHERE id = ANY(%s::uuid[]) ORDER BY id {LOCK}", [column(sorted(ids))]
    )
    return [CouponRow(*row) for row in rows]


def reservations(occasions: Collection[UUID]) -> dict[UUID, tuple[UUID, datetime, str | None]]:
    """Organisation, end and how it was closed, of these reservations, locked in their order, before any coupon."""
    rows = run(
        "SELECT occasion, organisation, lapses_at, closed_as FROM programme_reservation"
        f" WHERE occasion = ANY(%s::uuid[]) ORDER BY occasion {LOCK}",
        [column(sorted(occasions))],
    )
    return {occasion: (organisation, lapses_at, closed_as) for occasion, organisation, lapses_at, closed_as in rows}


def standings(members: Collection[UUID]) -> list[Row]:
    """Where members stand on every ladder, locked in the order of members and ladders. One query."""
    return _rows("s.member = ANY(%s::uuid[]) ORDER BY s.member, s.ladder", [column(sorted(set(members)))], LOCK)


def standings_due(at: datetime, most: int) -> list[Row]:
    """Some of those that must be looked at by now; what somebody else looks at is left to them. One query."""
    return _rows("s.due_at <= %s ORDER BY s.due_at LIMIT %s", [at, most], f"{LOCK} SKIP LOCKED")


def _rows(which: str, values: list[object], lock: str) -> list[Row]:
    return [row(values) for values in run(f"SELECT {NAMES} FROM programme_standing s WHERE {which} {lock}", values)]


def redemption(number: UUID) -> Redemption | None:
    """A redemption, before any counter. One query."""
    return Redemption.objects.select_for_update(no_key=True).filter(id=number).first()


def redemptions_due(at: datetime, most: int) -> list[Redemption]:
    """Some that nobody came for in time; what somebody else is at is left to them. One query."""
    due = Redemption.objects.select_for_update(no_key=True, skip_locked=True).filter(
        state="reserved", lapses_at__lte=at
    )
    return list(due.order_by("lapses_at", "id")[:most])


def referrals(friends: Collection[UUID]) -> list[Referral]:
    """Friends who have not rewarded anybody yet; after counters of earning, before accounts. One query."""
    rows = run(
        f"SELECT id FROM programme_referral WHERE friend = ANY(%s::uuid[]) AND sale IS NULL ORDER BY id {LOCK}",
        [column(sorted(friends))],
    )
    return _referrals(rows)


def referrals_of(sale: UUID) -> list[Referral]:
    """Those that a purchase has rewarded. One query; two where it has."""
    return _referrals(run(f"SELECT id FROM programme_referral WHERE sale = %s ORDER BY id {LOCK}", [sale]))


def _referrals(rows: Collection[tuple[UUID]]) -> list[Referral]:
    ids = [number for (number,) in rows]
    return list(Referral.objects.filter(id__in=ids).order_by("id")) if ids else []


def enrolments(members: Collection[UUID], kind: str) -> list[Enrolment]:
    """What these members opted into. One query; two where they did."""
    rows = run(
        f"SELECT id FROM programme_enrolment WHERE member = ANY(%s::uuid[]) AND kind = %s ORDER BY id {LOCK}",
        [column(sorted(members)), kind],
    )
    return enrolments_by_id([number for (number,) in rows])


def enrolments_by_id(ids: Collection[UUID]) -> list[Enrolment]:
    """These, locked in their order. Two queries; none for none."""
    wanted = sorted(ids)
    if not wanted:
        return []
    run(f"SELECT 1 FROM programme_enrolment WHERE id = ANY(%s::uuid[]) ORDER BY id {LOCK}", [column(wanted)])
    return list(Enrolment.objects.filter(id__in=wanted).order_by("id"))


def enrolling(member: UUID) -> None:
    """One at a time opts a member into something."""
    run("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"enrol {member}"])


def families(households: Collection[UUID]) -> None:
    """One at a time spends of a household's units together; after the document's key, before coupons. One query."""
    run(
        "SELECT pg_advisory_xact_lock(hashtextextended(k, 0)) FROM unnest(%s::text[]) AS k",
        [column([f"family {one}" for one in sorted(households)])],
    )


def first_purchases(members: Collection[UUID]) -> None:
    """Of each of these one checkout at a time, where a rule is for those who buy first. Before coupons. One query."""
    names = column(f"first {member}" for member in sorted(members))
    run("SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS n(name)", [names])


def review(number: UUID, organisation: UUID) -> Review:
    """A bill that waits for a person. One query. Raises SaleUnknown, SaleState."""
    row = Review.objects.select_for_update(no_key=True).filter(id=number, organisation=organisation).first()
    if row is None:
        raise SaleUnknown("No purchase has this id.", sale=typed("sal", number))
    if row.state != "waiting":
        raise SaleState(f"This purchase was {row.state} before.", state=row.state)
    return row


def goodwill(number: UUID, organisation: UUID) -> Goodwill | None:
    """A deed of goodwill, before any counter. One query."""
    return Goodwill.objects.select_for_update(no_key=True).filter(id=number, organisation=organisation).first()


def resets_unanswered(most: int, *, decided_by: datetime) -> list[Reset]:
    """Some that were decided by then and nobody was written to of it; as `resets_unnoticed`. One query."""
    rows = Reset.objects.select_for_update(no_key=True, skip_locked=True)
    due = rows.filter(decided_at__lte=decided_by, answered_at=None)
    return list(due.order_by("decided_at", "id")[:most])


def resets_unnoticed(most: int) -> list[Reset]:
    """Some of which nobody was written to; what somebody else is at is left to them. One query."""
    rows = Reset.objects.select_for_update(no_key=True, skip_locked=True).filter(noticed_at=None)
    return list(rows.order_by("id")[:most])
