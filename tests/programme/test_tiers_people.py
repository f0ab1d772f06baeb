"""Levels of two who become one, and of one who become two again; of who is erased."""

from uuid import UUID

import pytest
from tests.programme.climbers import BEGAN, day, flew, kept, ladder, member, night, shown, units_of
from tests.programme.conftest import ANN, HOME

from regulars.members.erasing import erase
from regulars.members.merging import merge, unmerge
from regulars.programme.models import Qualifying, Standing
from regulars.programme.moves_tiers import NewLevel
from regulars.programme.selectors.tiers import history
from regulars.programme.services.levels import give_levels
from regulars.programme.services.terms import publish
from regulars.rules.tiers.standing import Because

pytestmark = pytest.mark.django_db


def together(survivor: UUID, other: UUID, at: object) -> None:
    merge(survivor, other, organisation=HOME, reason="the same", actor=ANN, at=at)  # type: ignore[arg-type]


def apart(other: UUID, at: object) -> None:
    unmerge(other, organisation=HOME, reason="not the same", actor=ANN, at=at)  # type: ignore[arg-type]


def told(who: UUID) -> list[tuple[str, str, str]]:
    return [(one.level, one.because, f"{one.at:%Y-%m-%d}") for one in history([who])]


def test_sem_35_a_merge_keeps_the_higher_level_and_counts_together_from_then_on() -> None:
    ladder()
    ada, eda = member(), member()
    flew(ada, day(2025, 3), 60)
    flew(eda, day(2025, 2), 210)
    together(ada, eda, day(2025, 6))
    assert (shown(ada, day(2025, 7)).level, shown(ada, day(2025, 7)).since) == ("gold", day(2025, 2))
    assert told(ada) == [("gold", "merged", "2025-06-01")]
    flew(ada, day(2025, 8), 130)
    assert shown(ada, day(2025, 9)).level == "platinum"
    assert not Standing.objects.filter(member=eda).exists()


def test_sem_35_unmerge_gives_back_both_levels_also_after_new_flights() -> None:
    ladder()
    ada, eda = member(), member()
    flew(ada, day(2025, 3), 120)
    flew(eda, day(2025, 2), 210)
    before = [(kept(one).level, kept(one).since, kept(one).valid_until) for one in (ada, eda)]
    together(ada, eda, day(2025, 6))
    flew(ada, day(2025, 8), 75)
    apart(eda, day(2025, 9))
    assert [(kept(one).level, kept(one).since, kept(one).valid_until) for one in (ada, eda)] == before
    assert told(ada) == [("silver", "reached", "2025-03-01")]
    assert told(eda) == [("gold", "reached", "2025-02-01")]
    assert set(Qualifying.objects.filter(member=eda).values_list("amount", flat=True)) == {210}
    flew(eda, day(2025, 10), 190)
    assert (shown(eda, day(2025, 11)).level, shown(ada, day(2025, 11)).level) == ("platinum", "silver")


def test_a_level_recomputed_at_a_merge_is_that_of_both_entries() -> None:
    ladder(on_merge="recomputed")
    ada, eda = member(), member()
    flew(ada, day(2025, 3), 60)
    flew(eda, day(2025, 2), 60)
    together(ada, eda, day(2025, 6))
    assert (shown(ada, day(2025, 7)).level, shown(ada, day(2025, 7)).since) == ("silver", day(2025, 3))
    apart(eda, day(2025, 8))
    assert {shown(one, day(2025, 9)).level for one in (ada, eda)} == {"blue"}


def test_what_was_matched_for_one_is_matched_for_both_and_goes_back() -> None:
    ladder()
    ada, eda = member(), member()
    flew(ada, day(2025, 1), 1)
    wanted = NewLevel(eda, "miles", "gold", Because.MATCHED, day(2025, 2), day(2025, 12))
    give_levels([wanted], organisation=HOME, actor=ANN, at=day(2025, 2))
    together(ada, eda, day(2025, 6))
    assert shown(ada, day(2025, 7)).level == "gold"
    apart(eda, day(2025, 8))
    assert (shown(ada, day(2025, 9)).level, shown(eda, day(2025, 9)).level) == ("blue", "gold")


def test_a_merge_of_two_who_stand_on_different_ladders() -> None:
    ladder()
    ada, eda = member(), member()
    flew(ada, day(2025, 3), 120)
    levels = [{"code": "guest"}, {"code": "friend", "reach": [{"visits": 2}]}]
    units_of({"levels": levels}, BEGAN)
    publish("ladder", "club", {"levels": levels}, organisation=HOME, begins_at=BEGAN, actor=ANN, at=BEGAN)
    flew(eda, day(2025, 4), visits=2)
    together(ada, eda, day(2025, 6))
    assert {shown(ada, day(2025, 7), code).level for code in ("miles", "club")} == {"silver", "friend"}
    apart(eda, day(2025, 8))
    assert (shown(eda, day(2025, 9), "club").level, shown(ada, day(2025, 9), "club").level) == ("friend", "guest")
    night(day(2030, 1))


def test_sem_38_who_is_erased_stands_nowhere_and_what_counted_stays() -> None:
    ladder()
    ada = member()
    flew(ada, day(2025, 3), 250)
    told_by = erase(ada, organisation=HOME, reason="asked", actor=ANN, at=day(2025, 6))
    assert told_by["programme"]["tiers"]["standings"] == 1
    assert night(day(2030, 1)) == 0
    assert Qualifying.objects.count() == 1
