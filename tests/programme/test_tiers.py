"""Tiers in the database: what the rules say, written once, for many at once, and told again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from tests.programme.climbers import day, earned, flew, kept, ladder, member, night, returned, shown
from tests.programme.conftest import ANN, HOME
from tests.statements import counted

from regulars.basics.ids import new_id
from regulars.programme.book import book
from regulars.programme.errors import WrongLevel
from regulars.programme.models import Qualifying, Standing, StandingChange
from regulars.programme.moves_tiers import Counts, NewLevel
from regulars.programme.selectors.tiers import given_levels, history, levels_of, tier_as_of, tiers_told
from regulars.programme.services.levels import end_level, give_levels
from regulars.programme.services.qualifying import qualify
from regulars.programme.services.terms import publish
from regulars.rules.tiers.standing import Because

pytestmark = pytest.mark.django_db


def told(who: UUID) -> list[tuple[str, str, str]]:
    return [(one.level, one.because, f"{one.at:%Y-%m-%d}") for one in history([who])]


def test_who_has_nothing_has_the_lowest_level_and_no_row() -> None:
    ladder()
    ada = member()
    assert shown(ada, day(2025, 1)).level == "blue"
    assert not Standing.objects.exists()


def test_sem_20_up_at_once_with_the_entry_that_reaches_it() -> None:
    ladder()
    ada = member()
    flew(ada, day(2025, 3), 90)
    (change,) = earned(
        ada, day(2025, 3, 9), {"miles": 15}, occasion=new_id(day(2025, 3, 9)), recorded_at=day(2025, 3, 9)
    )
    assert (change.before.level, change.after.level, change.after.until) == ("blue", "silver", day(2027, 1))
    assert told(ada) == [("silver", "reached", "2025-03-09")]


def test_sem_20_down_at_the_review_alone_and_each_night_once() -> None:
    ladder()
    ada = member()
    flew(ada, day(2025, 3), 250)
    assert night(day(2026, 12, 31, 23)) == 0
    assert night(day(2027, 1, 1, 1)) == 1
    assert night(day(2027, 1, 1, 2)) == 0
    assert (shown(ada, day(2027, 1, 2)).level, kept(ada).valid_until) == ("silver", day(2028, 1))
    assert told(ada) == [("gold", "reached", "2025-03-01"), ("silver", "fell", "2027-01-01")]


def test_a_job_that_comes_late_is_not_noticed_at_the_counter() -> None:
    ladder()
    ada = member()
    flew(ada, day(2025, 3), 250)
    assert [shown(ada, when).level for when in (day(2026, 12, 31), day(2027, 1), day(2028, 1), day(2029, 1))] == [
        "gold", "silver", "blue", "blue",
    ]  # fmt: skip
    night(day(2029, 5))
    assert told(ada)[1:] == [("silver", "fell", "2027-01-01"), ("blue", "fell", "2028-01-01")]


def test_sem_19_a_rolling_window_is_looked_at_on_the_day_it_loses_too_much() -> None:
    ladder(window={"kind": "rolling"}, review="daily")
    ada = member()
    flew(ada, day(2025, 3, 15, 9), 60)
    flew(ada, day(2025, 9), 40)
    assert kept(ada).due_at == day(2026, 3, 15)
    flew(ada, day(2026, 2), 60)
    assert kept(ada).due_at == day(2026, 9, 1)
    night(day(2026, 9, 1))
    assert shown(ada, day(2026, 9, 1)).level == "blue"


def test_sem_22_a_return_is_dated_as_what_it_takes_back() -> None:
    ladder()
    ada = member()
    bought = flew(ada, day(2025, 12, 20), 250)
    assert returned(bought, day(2026, 1, 10), {"miles": 100}) == []
    assert returned(bought, day(2026, 1, 11), {"miles": 999}) == []
    assert returned(bought, day(2026, 1, 12)) == []
    amounts = Qualifying.objects.filter(member=ada).values_list("amount", "effective_at").order_by("id")
    assert list(amounts) == [(250, day(2025, 12, 20)), (-100, day(2025, 12, 20)), (-150, day(2025, 12, 20))]
    night(day(2027, 1))
    assert shown(ada, day(2027, 1)).level == "silver"


def test_sem_22_a_level_taken_back_the_same_night_says_why() -> None:
    ladder(on_return="take-back")
    ada = member()
    bought = flew(ada, day(2025, 12, 20), 250)
    returned(bought, day(2026, 1, 10, 15), {"miles": 100})
    assert shown(ada, day(2026, 1, 10, 23)).level == "gold"
    night(day(2026, 1, 11))
    assert told(ada)[-1] == ("silver", "taken-back", "2026-01-11")


def test_sem_39_a_late_arrival_raises_from_its_own_date_and_the_history_says_so() -> None:
    ladder()
    ada = member()
    flew(ada, day(2025, 3), 250)
    flew(ada, day(2026, 3), 100)
    night(day(2027, 1))
    assert told(ada)[-1] == ("silver", "fell", "2027-01-01")
    flew(ada, day(2026, 12, 30), 50, late=day(2027, 1, 5))
    assert told(ada) == [("gold", "reached", "2025-03-01"), ("gold", "kept", "2027-01-01")]
    assert shown(ada, day(2027, 1, 6)).since == day(2025, 3)
    assert StandingChange.objects.filter(member=ada).count() == 3


def test_many_at_once_cost_as_few_queries_as_one() -> None:
    ladder()
    people = [member() for _ in range(40)]
    for one in people:
        flew(one, day(2025, 2), 10)
    terms = book(HOME)

    def cost(chosen: list[UUID], miles: int) -> tuple[int, int]:
        counts = [Counts(one, new_id(day(2025, 3)), {"miles": miles}, day(2025, 3)) for one in chosen]
        with counted() as seen:
            risen = qualify(counts, organisation=HOME, actor=ANN, at=day(2025, 3), terms=terms)
        return len(risen), len([sql for sql in seen if "SAVEPOINT" not in sql])

    assert cost(people[:1], 1) == (0, 2)
    assert cost(people, 1) == (0, 2)
    assert cost(people[:1], 100) == (1, 8)
    assert cost(people[1:], 100) == (39, 8)
    assert {one.level for one in Standing.objects.all()} == {"silver"}


def test_a_new_version_is_looked_at_the_night_it_begins() -> None:
    ladder()
    ada, bea = member(), member()
    flew(ada, day(2025, 3), 60)
    levels = [{"code": "blue"}, {"code": "silver", "reach": [{"miles": 50}]}]
    ladder(levels=levels, begins_at=day(2025, 7))
    flew(bea, day(2025, 6), 60, late=day(2025, 7, 2))
    night(day(2025, 7, 1, 1))
    assert told(ada) == [("silver", "reached", "2025-07-01")]
    assert told(bea) == [("silver", "reached", "2025-07-01")]


def test_a_new_ladder_looks_back_at_what_was_counted() -> None:
    ladder()
    ada = member()
    flew(ada, day(2025, 3), 60)
    publish(
        "ladder", "club", {"levels": [{"code": "guest"}, {"code": "friend", "reach": [{"miles": 50}]}]},
        organisation=HOME, begins_at=day(2025, 4), actor=ANN, at=day(2025, 4),
    )  # fmt: skip
    night(day(2025, 4, 1, 1))
    assert shown(ada, day(2025, 4, 2), "club").level == "friend"


def test_a_match_ends_unless_its_challenge_is_met() -> None:
    ladder()
    ada, bea = member(), member()
    for one in (ada, bea):
        wanted = NewLevel(
            one, "miles", "gold", Because.MATCHED, day(2025, 2), day(2025, 5), ({"miles": 50},), partner="Skyways"
        )
        (change,) = give_levels([wanted], organisation=HOME, actor=ANN, at=day(2025, 2))
        assert (change.after.level, change.after.until) == ("gold", day(2025, 5))
    flew(ada, day(2025, 4), 50)
    night(day(2025, 5))
    assert (shown(ada, day(2025, 5)).level, shown(ada, day(2025, 5)).because) == ("gold", Because.CHALLENGE)
    assert shown(bea, day(2025, 5)).level == "blue"
    assert [line[:2] for line in told(bea)] == [("gold", "matched")]


def test_a_bought_level_is_bought_once_and_can_be_ended() -> None:
    ladder()
    ada = member()
    wanted = NewLevel(
        ada, "miles", "silver", Because.BOUGHT, day(2025, 2), day(2026, 2), source="shop", external_id="17"
    )
    assert len(give_levels([wanted], organisation=HOME, actor=ANN, at=day(2025, 2))) == 1
    assert give_levels([wanted], organisation=HOME, actor=ANN, at=day(2025, 2)) == []
    (given,) = given_levels(ada)
    assert end_level(given.id, organisation=HOME, reason="refunded", actor=ANN, at=day(2025, 6)) == ada
    assert shown(ada, day(2025, 6, 2)).level == "blue"
    with pytest.raises(WrongLevel):
        end_level(given.id, organisation=HOME, reason="refunded", actor=ANN, at=day(2025, 7))


@pytest.mark.parametrize(
    "wrong",
    [
        {"ladder": "nowhere"},
        {"level": "diamond"},
        {"because": Because.KEPT},
        {"begins_at": day(2025, 1, 31)},
        {"ends_at": day(2025, 2)},
        {"because": Because.MATCHED, "ends_at": None},
        {"because": Because.BOUGHT, "level": "blue"},
        {"for_ever": True},
    ],
)
def test_a_level_that_cannot_be_given_is_refused(wrong: dict[str, object]) -> None:
    ladder()
    facts = {
        "member": member(), "ladder": "miles", "level": "gold", "because": Because.SET, "begins_at": day(2025, 2),
        "ends_at": day(2025, 9), **wrong,
    }  # fmt: skip
    with pytest.raises(WrongLevel):
        give_levels([NewLevel(**facts)], organisation=HOME, actor=ANN, at=day(2025, 2))  # type: ignore[arg-type]


def test_what_is_missing_is_told_with_what_comes_of_it() -> None:
    ladder()
    ada = member()
    flew(ada, day(2025, 3), 120)
    (now,) = tiers_told(ada, organisation=HOME, joined_at=day(2024, 1), terms=book(HOME), at=day(2026, 4))
    assert (now.shown.level, now.projected.level) == ("silver", "blue")
    assert now.rise[0].alternatives == ({"miles": 200},)
    assert now.stay is not None
    assert (now.stay.by, now.stay.alternatives) == (day(2027, 1), ({"miles": 100}, {"segments": 5}))


def test_a_tier_as_of_any_date_is_told_again() -> None:
    ladder()
    ada = member()
    flew(ada, day(2025, 3), 250)
    night(day(2027, 1))
    night(day(2028, 1))
    for when, level in (
        (day(2025, 2), "blue"),
        (day(2026, 5), "gold"),
        (day(2027, 5), "silver"),
        (day(2028, 2), "blue"),
    ):
        assert tier_as_of(ada, terms=book(HOME), at=when)["miles"].level == level


def test_two_tills_that_reach_a_level_together_reach_it(transactional_db: None) -> None:
    ladder()
    ada = member()
    flew(ada, day(2025, 1, 2), 1)

    def buy(number: int) -> None:
        flew(ada, day(2025, 3) + timedelta(seconds=number), 25)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(buy, range(8)))
    assert shown(ada, day(2025, 4)).level == "gold"
    assert [one[0] for one in told(ada)] == ["silver", "gold"]


def test_what_counted_and_what_was_decided_is_only_added_to() -> None:
    ladder()
    ada = member()
    flew(ada, day(2025, 3), 250)
    for sql in (
        "update programme_qualifying set amount = 1", "delete from programme_qualifying",
        "update programme_standing_change set level = ''", "delete from programme_standing_change",
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_levels_of_many_are_read_at_once() -> None:
    ladder()
    people = [member() for _ in range(5)]
    flew(people[0], day(2025, 3), 250)
    found = levels_of(people, terms=book(HOME), at=day(2025, 4))
    assert [found[one]["miles"].level for one in people] == ["gold", "blue", "blue", "blue", "blue"]
