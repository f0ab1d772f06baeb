"""Tiers as rules: SEMANTICS 19 to 23 and 39, ladder by ladder."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.rules.climbing import BEGAN, JOINED, LEVELS, ROLLING, YEARLY, day, flew, steps, told

from regulars.rules.tiers.deciding import Case, due_at
from regulars.rules.tiers.ladder import Falls, Ladder, Level, OnReturn, Reviews, Window, Windows
from regulars.rules.tiers.missing import to_rise, to_stay
from regulars.rules.tiers.replaying import replay
from regulars.rules.tiers.standing import Because, Entries, Grant, Setting, held

DAILY = Ladder(LEVELS, window=ROLLING, review=Reviews.DAILY)


def test_sem_19_a_calendar_year_counts_alone() -> None:
    entries = [flew(day(2024, 12, 31), 99), flew(day(2025, 1, 1), 99)]
    assert steps(told(YEARLY, entries, day(2025, 6))) == [("blue", "start", "2024-02-10")]
    entries.append(flew(day(2025, 3), 1))
    assert steps(told(YEARLY, entries, day(2025, 6)))[-1] == ("silver", "reached", "2025-03-01")


def test_sem_19_a_year_from_joining_begins_on_its_day_in_the_zone() -> None:
    ladder = Ladder(LEVELS, window=Window(Windows.ANNIVERSARY), zone="Asia/Shanghai")
    begins = datetime(2025, 2, 9, 16, tzinfo=UTC)  # midnight of 10 February in Shanghai
    before = [flew(begins.replace(hour=15), 60), flew(begins, 60)]
    assert told(ladder, before, day(2026, 1))[-1].level == "blue"
    (silver,) = [one for one in told(ladder, [flew(begins, 60), flew(begins, 60)], day(2025, 6)) if one.level != "blue"]
    assert silver.valid_until == datetime(2027, 2, 9, 16, tzinfo=UTC)


def test_sem_19_a_year_of_ones_own_begins_with_the_decision() -> None:
    ladder = Ladder(LEVELS, window=Window(Windows.TIER_START))
    entries = [flew(day(2025, 5, 4, 9), 100), flew(day(2025, 6), 99), flew(day(2026, 5, 3), 101)]
    history = told(ladder, entries, day(2026, 5, 3))
    assert (history[1].level, history[1].valid_until) == ("silver", day(2026, 5, 4))
    assert (history[-1].level, history[-1].valid_until) == ("gold", day(2027, 5, 3))


def test_sem_19_a_rolling_window_loses_entries_day_by_day() -> None:
    entries = [flew(day(2025, 3, 15, 9), 60), flew(day(2025, 9), 40), flew(day(2026, 2, 20), 50)]
    history = told(DAILY, entries, day(2026, 12))
    assert steps(history)[1:] == [("silver", "reached", "2025-09-01"), ("blue", "fell", "2026-03-15")]
    assert history[1].valid_until == day(2026, 3, 15)


def test_sem_19_another_entry_in_time_keeps_a_rolling_level() -> None:
    entries = [flew(day(2025, 3, 15, 9), 60), flew(day(2025, 9), 40), flew(day(2026, 2, 20), 60)]
    now = told(DAILY, entries, day(2026, 3, 20))[-1]
    assert (now.level, now.valid_until) == ("silver", day(2026, 9, 1))


def test_sem_19_miles_or_segments() -> None:
    entries = [flew(day(2025, 1 + month), 1, segments=1) for month in range(5)]
    assert steps(told(YEARLY, entries, day(2025, 12)))[-1] == ("silver", "reached", "2025-05-01")


def test_sem_20_up_at_once_and_valid_to_the_end_of_the_next_period() -> None:
    now = told(YEARLY, [flew(day(2025, 3, 9, 17), 250)], day(2025, 3, 9, 17))[-1]
    assert (now.level, now.since, now.qualified_at) == ("gold", day(2025, 3, 9, 17), day(2025, 3, 9, 17))
    assert now.valid_until == now.review_at == day(2027, 1, 1)


def test_sem_20_down_only_at_the_review() -> None:
    history = told(YEARLY, [flew(day(2025, 3), 250)], day(2026, 12, 31, 23))
    assert history[-1].level == "gold"
    assert steps(told(YEARLY, [flew(day(2025, 3), 250)], day(2027, 1)))[-1] == ("silver", "fell", "2027-01-01")


def test_sem_20_a_level_is_kept_by_what_keeps_it() -> None:
    entries = [flew(day(2025, 3), 250), flew(day(2026, 8), 150)]
    kept = told(YEARLY, entries, day(2027, 1))[-1]
    assert (kept.level, kept.because, kept.since) == ("gold", Because.KEPT, day(2025, 3))
    assert kept.valid_until == day(2028, 1)


def test_sem_20_a_second_rise_begins_validity_anew() -> None:
    entries = [flew(day(2025, 3), 120), flew(day(2026, 2), 220)]
    assert told(YEARLY, entries, day(2026, 6))[-1].valid_until == day(2028, 1)


def test_sem_21_grace_begins_at_the_review_and_a_level_can_be_kept_in_it() -> None:
    ladder = replace(YEARLY, grace="3M")
    entries = [flew(day(2025, 3), 250), flew(day(2026, 8), 100)]
    grace = told(ladder, entries, day(2027, 2))[-1]
    assert (grace.level, grace.because, grace.valid_until) == ("gold", Because.GRACE, day(2027, 4))
    saved = told(ladder, [*entries, flew(day(2027, 3, 30), 50)], day(2027, 12))[-1]
    assert (saved.level, saved.because, saved.valid_until) == ("gold", Because.KEPT, day(2028, 1))
    late = told(ladder, [*entries, flew(day(2027, 4, 2), 50)], day(2027, 12))[-1]
    assert (late.level, late.because, late.since) == ("silver", Because.FELL, day(2027, 4))


def test_sem_21_one_level_at_a_time_or_all_the_way() -> None:
    flown = [flew(day(2025, 3), 450)]
    soft = steps(told(YEARLY, flown, day(2030, 1)))
    assert soft[1:] == [
        ("platinum", "reached", "2025-03-01"),
        ("gold", "fell", "2027-01-01"),
        ("silver", "fell", "2028-01-01"),
        ("blue", "fell", "2029-01-01"),
    ]
    assert steps(told(replace(YEARLY, falls=Falls.FULL), flown, day(2030, 1)))[2:] == [("blue", "fell", "2027-01-01")]


def test_sem_21_a_soft_landing_in_a_rolling_window_lasts_a_while() -> None:
    history = told(DAILY, [flew(day(2025, 3, 15), 450)], day(2029, 1))
    assert steps(history)[1:] == [
        ("platinum", "reached", "2025-03-15"),
        ("gold", "fell", "2026-03-15"),
        ("silver", "fell", "2027-03-15"),
        ("blue", "fell", "2028-03-15"),
    ]


def test_sem_21_some_levels_never_drop() -> None:
    levels = tuple(replace(level, never_drops=level.code == "gold") for level in LEVELS)
    history = told(replace(YEARLY, levels=levels, falls=Falls.FULL), [flew(day(2025, 3), 450)], day(2040, 1))
    assert steps(history)[-1] == ("gold", "fell", "2027-01-01")
    assert history[-1].valid_until is None


def test_lifetime_by_totals_and_by_years() -> None:
    total = told(YEARLY, [flew(day(2024 + year, 6), 380) for year in range(8)], day(2045, 1))
    assert (total[-1].level, total[-1].because, total[-1].since) == ("platinum", Because.LIFETIME, day(2031, 6))
    levels = tuple(replace(level, lifetime_years=3 if level.code == "gold" else 0) for level in LEVELS)
    entries = [flew(day(2024 + year, 6), 250) for year in range(3)]
    years = told(replace(YEARLY, levels=levels), entries, day(2045, 1))
    assert (years[-1].level, years[-1].because, years[-1].since) == ("gold", Because.LIFETIME, day(2024, 6))


def test_years_at_a_level_add_up_over_a_break_and_count_higher_ones() -> None:
    levels = tuple(replace(level, lifetime_years=4 if level.code == "gold" else 0) for level in LEVELS)
    ladder = replace(YEARLY, levels=levels, falls=Falls.FULL)
    entries = [flew(day(2024, 6), 250), flew(day(2027, 6), 450), flew(day(2028, 6), 450)]
    history = told(ladder, entries, day(2040, 1))
    assert [level for level, _, _ in steps(history)] == [
        "blue",
        "gold",
        "blue",
        "platinum",
        "platinum",
        "platinum",
        "gold",
    ]
    assert (history[-1].level, history[-1].valid_until, history[-1].floor) == ("gold", None, "gold")


def test_sem_22_a_return_counts_at_its_original_date_and_the_level_stays_until_review() -> None:
    bought = day(2025, 12, 20)
    entries = [flew(bought, 250), flew(bought, -250, recorded_at=day(2026, 1, 10)), flew(day(2026, 3), 149)]
    assert told(YEARLY, entries, day(2026, 12))[-1].level == "gold"
    assert steps(told(YEARLY, entries, day(2027, 1)))[-1] == ("silver", "fell", "2027-01-01")


def test_sem_22_or_it_is_taken_back_the_same_night() -> None:
    ladder = replace(YEARLY, on_return=OnReturn.TAKE_BACK)
    bought, came_back = day(2025, 12, 20), day(2026, 1, 10, 15)
    entries = [flew(day(2025, 5), 120), flew(bought, 100), flew(bought, -100, recorded_at=came_back)]
    assert told(ladder, entries, day(2026, 1, 10, 23))[-1].level == "gold"
    now = told(ladder, entries, day(2026, 1, 11))[-1]
    assert (now.level, now.because, now.since) == ("silver", Because.TAKEN_BACK, day(2026, 1, 11))
    assert now.valid_until == day(2027, 1)
    kept = [flew(day(2025, 5), 220), *entries[1:]]
    assert told(ladder, kept, day(2026, 6))[-1].level == "gold"


def test_sem_39_a_late_arrival_raises_from_its_own_date() -> None:
    entries = [flew(day(2025, 12, 1), 60), flew(day(2025, 12, 30), 40, recorded_at=day(2026, 1, 5))]
    now = told(YEARLY, entries, day(2026, 1, 5))[-1]
    assert (now.level, now.since, now.valid_until) == ("silver", day(2025, 12, 30), day(2027, 1))


def test_sem_39_a_late_arrival_undoes_a_fall_it_would_have_prevented() -> None:
    flown = [flew(day(2025, 3), 250), flew(day(2026, 3), 100)]
    assert told(YEARLY, flown, day(2027, 1, 5))[-1].level == "silver"
    late = flew(day(2026, 12, 30), 50, recorded_at=day(2027, 1, 5))
    now = told(YEARLY, [*flown, late], day(2027, 1, 5))[-1]
    assert (now.level, now.because, now.since) == ("gold", Because.KEPT, day(2025, 3))


def test_a_match_is_held_beside_what_is_earned_and_kept_by_its_challenge() -> None:
    match = Grant("gold", day(2025, 2), day(2025, 5), Because.MATCHED, ({"miles": 50},))
    earned = told(YEARLY, [flew(day(2025, 3), 20)], day(2025, 4), grants=[match])[-1]
    now = held(YEARLY, earned, [match], day(2025, 4))
    assert (now.level, now.until, now.because) == ("gold", day(2025, 5), Because.MATCHED)
    assert held(YEARLY, earned, [match], day(2025, 5)).level == "blue"
    met = told(YEARLY, [flew(day(2025, 3), 20), flew(day(2025, 4, 30), 30)], day(2025, 6), grants=[match])[-1]
    assert (met.level, met.because, met.valid_until) == ("gold", Because.CHALLENGE, day(2027, 1))
    late = told(YEARLY, [flew(day(2025, 3), 20), flew(day(2025, 5), 30)], day(2025, 6), grants=[match])[-1]
    assert late.level == "blue"


def test_a_level_set_by_hand_holds_to_its_end_and_counts_afresh_where_asked() -> None:
    flown = [flew(day(2025, 3), 250), flew(day(2025, 8), 60)]
    caught = Setting(day(2025, 6), "blue", afresh=True)
    assert told(YEARLY, flown, day(2025, 12), settings=[caught])[-1].level == "blue"
    guest = Setting(day(2025, 6), "platinum", valid_until=day(2025, 9, 15))
    history = told(YEARLY, [flew(day(2025, 3), 120)], day(2025, 12), settings=[guest])
    assert steps(history)[1:] == [
        ("silver", "reached", "2025-03-01"),
        ("platinum", "set", "2025-06-01"),
        ("gold", "fell", "2025-09-15"),
    ]


def test_a_new_version_is_looked_at_when_it_begins() -> None:
    easier = replace(YEARLY, levels=(LEVELS[0], Level("silver", reach=({"miles": 50},)), *LEVELS[2:]))
    versions = [(BEGAN, YEARLY), (day(2025, 7), easier)]
    history = replay(versions, [flew(day(2025, 3), 60)], joined_at=JOINED, as_of=day(2025, 8))
    assert steps(history)[-1] == ("silver", "reached", "2025-07-01")


@pytest.mark.parametrize(
    ("at", "rise", "stay"),
    [
        (day(2025, 4), ({"miles": 80},), ({"miles": 100}, {"segments": 5})),
        (day(2026, 4), ({"miles": 200},), ({"miles": 100}, {"segments": 5})),
        (day(2026, 7), ({"miles": 170},), ({"miles": 70}, {"segments": 5})),
    ],
)
def test_what_is_missing_to_rise_and_to_stay(at: datetime, rise: object, stay: object) -> None:
    entries = [flew(day(2025, 3), 120), flew(day(2026, 6), 30)]
    known = [entry for entry in entries if entry.recorded_at <= at]
    case = Case([(BEGAN, YEARLY)], Entries(known), JOINED)
    now = told(YEARLY, known, at)[-1]
    gold, _platinum = to_rise(case, now, at)
    staying = to_stay(case, now, at)
    assert (gold.level, gold.by, gold.alternatives) == ("gold", day(at.year + 1, 1), rise)
    assert staying is not None
    assert (staying.level, staying.by, staying.alternatives) == ("silver", day(2027, 1), stay)


def test_what_is_missing_in_a_rolling_window_counts_what_will_still_be_there() -> None:
    entries = [flew(day(2025, 3, 15), 60), flew(day(2025, 9), 50)]
    now = told(DAILY, entries, day(2025, 10))[-1]
    staying = to_stay(Case([(BEGAN, DAILY)], Entries(entries), JOINED), now, day(2025, 10))
    assert staying is not None
    assert (staying.by, staying.alternatives) == (day(2026, 3, 15), ({"miles": 50}, {"segments": 5}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"levels": ()},
        {"levels": (Level("a"), Level("a"))},
        {"levels": (Level("a", reach=({"miles": 1},)),)},
        {"levels": LEVELS, "review": Reviews.DAILY},
        {"levels": LEVELS, "valid_for": "12M"},
    ],
)
def test_a_ladder_that_would_surprise_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Ladder(**wrong)  # type: ignore[arg-type]


def test_a_level_without_end_needs_no_review() -> None:
    base = told(YEARLY, [], day(2030, 1))[-1]
    assert due_at(YEARLY, base) is None
