"""The small cast of the ledger's tests: two holders, a till, one unit of points."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from regulars.journal.moves import Actor
from regulars.ledger.services import define_unit

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
