"""Which sums a limit looks at, and how much they leave."""

from datetime import UTC, datetime, timedelta

import pytest

from regulars.rules.limits import (
    Counted,
    Every,
    Limit,
    NearEnd,
    Of,
    Per,
    Sum,
    Whose,
    allowed,
    counted,
    left,
    period_of,
    sums_of,
    taken,
)
from regulars.rules.reasons import Reason, Why

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ADA = Whose("ada", "quay", "market", {"phone": ("p1", "p2"), "email": ("e1",)})
DAY = timedelta(days=1)


def test_sem_33_a_calendar_period_is_reckoned_in_the_zone_that_is_said() -> None:
    new_year = datetime(2026, 12, 31, 17, tzinfo=UTC)  # one o'clock in Shanghai, noon in New York
    month = Limit(1, every=Every.MONTH)
    assert period_of(month, new_year, "Asia/Shanghai") == "2027-01"
    assert period_of(month, new_year, "America/New_York") == "2026-12"
    own = Limit(1, every=Every.MONTH, zone="America/New_York")
    assert period_of(own, new_year, "Asia/Shanghai") == "2026-12", "the rule's own zone comes first"


def test_sem_33_a_sliding_period_looks_back_from_the_occasion_on_the_clock_of_the_zone() -> None:
    spring = datetime(2026, 3, 29, 10, tzinfo=UTC)  # clocks went forward in Berlin this night
    (one,) = sums_of(Limit(1, sliding="1D"), "earn/x", ADA, at=spring, zone="Europe/Berlin")
    assert one.since == datetime(2026, 3, 28, 11, tzinfo=UTC), "a day of 23 hours"
    assert one.period == "sliding 1D"


@pytest.mark.parametrize(
    ("per", "subjects"),
    [
        (Per.ALL, [""]),
        (Per.MEMBER, ["member ada"]),
        (Per.STORE, ["store quay"]),
        (Per.MERCHANT, ["merchant market"]),
    ],
)
def test_sums_are_kept_for_whom_the_limit_is(per: Per, subjects: list[str]) -> None:
    limit = Limit(3, per=per)
    assert [one.subject for one in sums_of(limit, "earn/x", ADA, at=AT, zone="UTC")] == subjects
    nobody = sums_of(limit, "earn/x", Whose(), at=AT, zone="UTC")
    assert [one.subject for one in nobody] == ([""] if per == Per.ALL else [])


def test_sem_31_a_limit_goes_by_phone_and_mail_too_and_the_furthest_counts() -> None:
    limit = Limit(2, also_by=("phone", "email"))
    sums = sums_of(limit, "earn/x", ADA, at=AT, zone="UTC")
    assert [one.subject for one in sums] == ["member ada", "known p1", "known p2", "known e1"]
    assert left(limit, sums, {sums[2]: 2}) == 0, "the same phone under a new membership"
    assert left(limit, sums, {sums[0]: 1, sums[1]: 1}) == 1, "sums of one person are not added up"


@pytest.mark.parametrize(
    ("near_end", "wanted", "answer"),
    [
        (NearEnd.CUT, 8, 3),
        (NearEnd.CUT, 3, 3),
        (NearEnd.REFUSE, 8, Why.BUDGET_SPENT),
        (NearEnd.REFUSE, 3, 3),
    ],
)
def test_sem_32_near_the_end_of_a_budget_it_is_cut_or_refused(
    near_end: NearEnd, wanted: int, answer: int | Why
) -> None:
    limit = Limit(10, Of.UNITS, Per.ALL, near_end=near_end)
    budget = counted([limit], "earn/x", ADA, at=AT, zone="UTC")
    found = allowed({Of.UNITS: wanted}, budget, {Sum("earn/x", Of.UNITS): 7}, cut=Of.UNITS)
    assert (found.why if isinstance(found, Reason) else found) == answer


def test_the_tightest_limit_decides_and_what_cannot_be_cut_is_refused() -> None:
    once = Limit(1, Of.USES)
    hundred = Limit(100, Of.UNITS, Per.ALL)
    limits = counted([once, hundred], "earn/x", ADA, at=AT, zone="UTC")
    (use,) = limits[0].sums
    assert allowed({Of.USES: 1, Of.UNITS: 150}, limits, {}, cut=Of.UNITS) == 100
    refused = allowed({Of.USES: 1, Of.UNITS: 5}, limits, {use: 1}, cut=Of.UNITS)
    assert refused == Reason(Why.LIMIT_REACHED, {"of": "uses", "per": "member", "most": 1, "left": 0})


def test_in_a_batch_the_next_sees_what_was_taken_also_where_it_slides_from_elsewhere() -> None:
    limit = Limit(2, sliding="1D")
    early, late = (sums_of(limit, "earn/x", ADA, at=at, zone="UTC")[0] for at in (AT, AT + 3 * DAY))
    used = {early: 0, late: 0}
    taken(used, early, 1, AT)
    assert used == {early: 1, late: 0}, "what is older than the stretch does not count in it"
    taken(used, late, 1, AT + 3 * DAY)
    assert used == {early: 2, late: 1}, "what came later counts for a late delivery"


def test_a_limit_that_contradicts_itself_is_refused() -> None:
    for wrong in (
        {"most": -1},
        {"most": 1, "sliding": "30D", "every": Every.MONTH},
        {"most": 1, "per": Per.ALL, "also_by": ("phone",)},
        {"most": 1, "sliding": "soon"},
        {"most": 1, "zone": "Nowhere/City"},
    ):
        with pytest.raises(ValueError, match=r"\w"):
            Limit(**wrong)


def test_without_limits_everything_is_allowed() -> None:
    assert allowed({Of.UNITS: 7}, [], {}, cut=Of.UNITS) == 7
    assert allowed({Of.UNITS: 7}, [Counted(Limit(9, per=Per.STORE), ())], {}, cut=Of.UNITS) == 7
