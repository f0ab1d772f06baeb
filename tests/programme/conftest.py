"""The small cast of the programme's tests."""

from datetime import UTC, datetime
from uuid import UUID

from regulars.journal.moves import Actor

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ANN = Actor("staff", "stf_ann", "Ann")
HOME = UUID("019b76da-a800-7000-8000-0000000000aa")
ELSEWHERE = UUID("019b76da-a800-7000-8000-0000000000bb")
