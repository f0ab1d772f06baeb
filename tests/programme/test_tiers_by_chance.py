"""By chance: what is kept of a member, decided bill by bill and night by night, is what the rules tell from the first
entry on; and the history says the same."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.programme.climbers import BEGAN, LEVELS, day, flew, ladder, member, night, returned
from tests.programme.conftest import HOME

from regulars.programme.book import book
from regulars.programme.histories import changes, told
from regulars.programme.ladders import versions
from regulars.programme.looking import tell
from regulars.programme.models import Standing
from regulars.programme.selectors.tiers import rows_now
from regulars.rules.tiers.ladder import Reviews

pytestmark = pytest.mark.django_db
LADDERS: dict[str, dict[str, Any]] = {
    "calendar": {"grace": "20D"},
    "quarters": {"window": {"kind": "calendar", "months": 3}, "falls": "full", "zone": "Asia/Shanghai"},
    "joined": {"window": {"kind": "anniversary"}, "on_return": "take-back"},
    "own": {"window": {"kind": "tier-start", "months": 6}},
    "rolling": {"window": {"kind": "rolling", "months": 6}, "valid_for": "6M@month"},
    "daily": {"window": {"kind": "rolling", "months": 6}, "review": "daily", "on_return": "take-back"},
    "years": {"levels": [LEVELS[0], {**LEVELS[1], "lifetime_years": 1}, {**LEVELS[2], "never_drops": True}]},
}
FIRST = day(2025, 1, 1, 5)
deeds = st.lists(
    st.tuples(
        st.sampled_from(["fly", "fly", "late", "return", "night"]),
        st.integers(1, 90 * 24),  # hours since the deed before
        st.sampled_from([30, 80, 110, 210, 420]),
    ),
    min_size=1,
    max_size=14,
)


@pytest.fixture
def _ladders(db: None) -> None:
    for code, more in LADDERS.items():
        ladder(code, **more)


@pytest.mark.usefixtures("_ladders")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds)
def test_what_is_kept_is_what_the_rules_tell(deeds: list[tuple[str, int, int]]) -> None:
    ada, now, flown = member(BEGAN + timedelta(days=40)), FIRST, []
    for deed, hours, miles in deeds:
        now += timedelta(hours=hours)
        if deed == "fly":
            flown.append(flew(ada, now, miles))
        elif deed == "late":
            flown.append(flew(ada, now - timedelta(hours=hours * 2 // 3), miles, late=now))
        elif deed == "return" and flown:
            returned(flown[miles % len(flown)], now, {"miles": miles})
        else:
            night(now)
        agrees(ada, now)
    night(now + timedelta(days=800))
    agrees(ada, now + timedelta(days=800))


def agrees(ada: UUID, now: datetime) -> None:
    terms = book(HOME)
    rows = rows_now([ada], terms=terms, at=now)
    due = dict(Standing.objects.filter(member=ada).values_list("ladder", "due_at"))
    assert {one.ladder for one in rows} == (LADDERS.keys() if due else set())
    written = told([ada])
    for one in tell(rows, terms=terms, at=now) if rows else ():
        ladder_code = one.before.ladder
        assert one.before.earned == one.after.earned, ladder_code
        assert (one.before.shown, one.before.due_at) == (one.after.shown, one.after.due_at)
        look_at = due[ladder_code]
        if look_at is None or look_at > now:  # else the night has not been yet
            daily = versions(terms)[ladder_code][-1][1].review == Reviews.DAILY
            assert written.get((ada, ladder_code), []) == changes(one.decisions, daily=daily), ladder_code
