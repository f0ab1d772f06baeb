"""What happens to the holders of the tests of people: they earn, become one, part again."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.ledger.conftest import ADA, ANN, AT, BOB, TILL
from tests.ledger.machine import books_add_up

from regulars.ledger import people, services
from regulars.ledger.moves import (
    Posted,
    Posting,
)
from regulars.ledger.selectors import balances

DAY = timedelta(days=1)
CYD = UUID("019b76da-a800-7000-8000-00000000000c")


def merged(at: datetime, survivor: Any = ADA, other: Any = BOB) -> tuple[dict[str, Any], Any]:
    deed = uuid4()
    return people.merge(survivor, other, deed=deed, actor=ANN, at=at), deed


def parted(plan: dict[str, Any], deed: Any, at: datetime) -> None:
    people.unmerge(ADA, [BOB], plan=plan, deed=deed, actor=ANN, at=at)
    books_add_up()


def do(*postings: Posting, at: datetime = AT) -> list[Posted]:
    return services.post(postings, actor=TILL, at=at)


def worth(owner: Any, at: datetime) -> tuple[int, int, int]:
    found = balances(owner, at=at)
    return (found[0].available, found[0].pending, found[0].owed) if found else (0, 0, 0)


def apart(survivor: UUID, *others: UUID, plan: dict[str, Any], at: datetime) -> None:
    people.unmerge(survivor, others, plan=plan, deed=uuid4(), actor=ANN, at=at)
    books_add_up()
