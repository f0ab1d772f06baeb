"""The small cast of the ledger's tests: two holders, a till, one unit of points."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from regulars.journal.moves import Actor
from regulars.ledger.moves import Holder, House, Posting
from regulars.ledger.selectors import balances
from regulars.ledger.services import define_unit
from regulars.ledger.words import Kind, Role

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
TILL = Actor("key", "key_till", "Till 7", request_id="req_1")
ANN = Actor("staff", "stf_ann", "Ann")
BEN = Actor("staff", "stf_ben", "Ben")
ADA = UUID("019b76da-a800-7000-8000-00000000000a")
BOB = UUID("019b76da-a800-7000-8000-00000000000b")


@pytest.fixture
def points(db: None) -> str:
    define_unit("points", "Points", zone="Asia/Shanghai", approve_above=1000, actor=ANN, at=AT)
    return "points"


def earn(owner: UUID, amount: int, **more: Any) -> Posting:
    return Posting(Kind.EARN, "points", amount, House(Role.ISSUED), Holder(owner), **more)


def spend(owner: UUID, amount: int, **more: Any) -> Posting:
    return Posting(Kind.SPEND, "points", amount, Holder(owner), House(Role.REDEEMED), **more)


def available(owner: UUID, at: datetime, unit: str = "points") -> int:
    return sum(found.available for found in balances(owner, at=at) if found.unit == unit)
