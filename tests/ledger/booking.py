"""What tests of the books post and read."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.ledger import books
from regulars.ledger.books_closing import close_due
from regulars.ledger.books_open import sum_due
from regulars.ledger.moves import Holder, House, Posting
from regulars.ledger.seals import seal
from regulars.ledger.services import (
    define_unit,
    post,
)
from regulars.ledger.words import Kind, Role

JOB = Actor.job("books")
MAY_4 = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def points(zone: str = "UTC") -> None:
    define_unit("points", "Points", zone=zone, actor=JOB, at=MAY_4)


def posted(posting: Posting, at: datetime) -> UUID:
    return post([posting], actor=JOB, at=at)[0].id


def earn(owner: UUID, amount: int, at: datetime, *, merchant: str = "", funder: str = "", **said: object) -> UUID:
    ends = House(Role.ISSUED, funder), Holder(owner)
    return posted(Posting(Kind.EARN, "points", amount, *ends, merchant=merchant, funder=funder, **said), at)  # type: ignore[arg-type]


def spend(owner: UUID, amount: int, at: datetime, *, merchant: str = "", **said: object) -> UUID:
    ends = Holder(owner), House(Role.REDEEMED, merchant)
    return posted(Posting(Kind.SPEND, "points", amount, *ends, merchant=merchant, **said), at)  # type: ignore[arg-type]


def close_all(at: datetime) -> None:
    while close_due(actor=JOB, at=at):
        pass


def rolled(first_on: date, last_on: date | None) -> dict[date | None, dict[str, int]]:
    """The movements that are not nothing, by month."""
    found = books.roll_forward("points", first_on, last_on)
    return {
        cohort.month: {"opening": cohort.opening, "closing": cohort.closing}
        | {name: amount for name, amount in cohort.movements.items() if amount}
        for cohort in found.cohorts
    }


def sum_on(at: datetime) -> None:
    seal(at=at)
    while sum_due(at=at):
        pass
