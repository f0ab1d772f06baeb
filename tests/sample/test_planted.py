"""What is said to be planted is in the files."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import mean, median
from typing import Any

import pytest

from regulars.sample.campaigns import OUTCOME_DAYS
from regulars.sample.chain import make_chain
from regulars.sample.people import SHAPE_MIN
from regulars.sample.truth import Truth
from regulars.sample.visits import SILENT_GAPS, VISITS_BEFORE_LEAVING

FAR = Decimal(10) ** 9  # no price, but an article number


def day_of(row: Any) -> date | None:
    """The day, in whichever way it is written; None where it cannot be one."""
    text = row.day[:10]
    for spelled in ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, spelled).date()  # noqa: DTZ007 - a till knows no zone
        except ValueError:
            continue
    return None


def sales(small: Any) -> list[tuple[date, Any]]:
    """Sound rows of goods sold, each once."""
    again = {entry["name"] for entry in small.truth.rows("files") if entry["copy_of"]}
    seen: dict[tuple[str, ...], str] = {}
    kept = []
    for row in small.rows:
        day = day_of(row)
        if day is None or not row.amount or row.file in again or Decimal(row.amount) <= 0:
            continue
        key = (row.store, row.receipt, str(day))
        if seen.setdefault(key, row.file) == row.file and Decimal(row.price) < FAR:
            kept.append((day, row))
    return kept


def visits_in_files(small: Any) -> dict[str, set[date]]:
    days: dict[str, set[date]] = defaultdict(set)
    for day, row in sales(small):
        days[row.card].add(day)
    return days


def test_visits_are_those_of_the_truth(small: Any) -> None:
    found = visits_in_files(small)
    planted: dict[str, set[date]] = defaultdict(set)
    for row in small.truth.rows("visits"):
        planted[row["customer"]].add(row["visited_at"].date())
    odd = {"", *small.truth.odd_accounts}
    assert {card: days for card, days in found.items() if card not in odd} == planted


def test_leavers_never_come_again_and_are_long_gone(small: Any) -> None:
    found = visits_in_files(small)
    leavers = [row for row in small.truth.rows("customers") if row["left_on"] is not None]
    assert len(leavers) == round(0.09 * 1_000)
    for row in leavers:
        assert max(found[row["customer"]]) == row["left_on"]
        assert row["visits"] >= VISITS_BEFORE_LEAVING
        # The clock runs a little faster or slower with the seasons.
        silence = (small.truth.last_on - row["left_on"]).days
        assert silence > 0.85 * SILENT_GAPS * row["mean_gap_days"]


def test_nobody_else_stops(small: Any) -> None:
    """Silences of the others at the end are such as their own rhythm brings."""
    for row in small.truth.rows("customers"):
        if row["kind"] != "one-time" and row["left_on"] is None and row["last_on"] is not None:
            silence = (small.truth.last_on - row["last_on"]).days
            assert silence < 5.5 * row["mean_gap_days"] + 7, row


def test_rhythms_are_regular_and_differ(small: Any) -> None:
    rows = [row for row in small.truth.rows("customers") if row["kind"] != "one-time"]
    assert min(row["shape"] for row in rows) >= SHAPE_MIN > 1
    assert min(row["mean_gap_days"] for row in rows) < 6
    assert max(row["mean_gap_days"] for row in rows) > 60
    # Own mean gaps come out: visits = time there / gap.
    there = [row for row in rows if row["left_on"] is None and row["arrived_on"] < date(2024, 9, 1)]
    ratio = [(small.truth.last_on - row["arrived_on"]).days / row["mean_gap_days"] / row["visits"] for row in there]
    assert mean(ratio) == pytest.approx(1, abs=0.06)


def test_steady_customers_have_nothing_put_in(small: Any) -> None:
    steady = [row for row in small.truth.rows("customers") if row["steady"]]
    assert len(steady) == 200
    assert all(row["left_on"] is None and not row["loyal"] and row["kind"] != "one-time" for row in steady)


def test_brand_habits_show_in_what_is_bought(small: Any) -> None:
    habit = {(row["customer"], row["category"]): row["habit"] for row in small.truth.rows("habits")}
    bought: dict[str, Counter[str]] = defaultdict(Counter)
    for _, row in sales(small):
        if row.file.startswith(("riverside", "webshop")) and (row.card, row.category) in habit:
            bought[habit[row.card, row.category]][row.brand_kind] += 1
    share = {name: kinds["national"] / kinds.total() for name, kinds in bought.items()}
    # 5 % of choices go against the habit; a product bought in a cycle stays the one it is.
    assert share["national"] > 0.88
    assert share["store"] < 0.12
    assert 0.35 < share["switcher"] < 0.65


def test_packs_are_bought_in_their_cycle(small: Any) -> None:
    bought: dict[tuple[str, str], set[date]] = defaultdict(set)
    for day, row in sales(small):
        bought[row.card, row.product].add(day)
    often = {row["customer"] for row in small.truth.rows("customers") if row["kind"] in ("loyal", "weekly")}
    ratios = []
    for cycle in small.truth.rows("cycles"):
        days = sorted(bought[cycle["customer"], cycle["product"]])
        if cycle["customer"] in often and len(days) >= 6:
            gaps = [(later - sooner).days for sooner, later in pairwise(days)]
            ratios.append(median(gaps) / cycle["cycle_days"])
    assert len(ratios) > 8
    assert median(ratios) == pytest.approx(1, abs=0.1)


def test_december_is_busy_and_the_week_after_new_year_quiet(small: Any) -> None:
    by_day = Counter(day for day, _ in sales(small))
    start = small.truth.first_on
    ordinary = mean(by_day[start + timedelta(days=number)] for number in range(60, 140))
    advent = mean(by_day[date(2025, 12, number)] for number in range(8, 22))
    feast = mean(by_day[date(2026, 2, number)] for number in range(17, 24))
    assert advent > 1.1 * ordinary
    assert feast < 0.85 * ordinary
    saturdays = sum(count for day, count in by_day.items() if day.weekday() == 5)
    mondays = sum(count for day, count in by_day.items() if day.weekday() == 0)
    assert saturdays > 1.3 * mondays


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return make_chain(tmp_path_factory.mktemp("larger") / "chain", customers=4_000, seed=7)


def test_the_campaign_that_worked_brought_visits_and_the_other_none(larger: Truth) -> None:
    days: Counter[tuple[str, date]] = Counter(
        (row["customer"], row["visited_at"].date()) for row in larger.rows("visits")
    )
    came: dict[str, list[date]] = defaultdict(list)
    for customer, day in days:
        came[customer].append(day)
    rates: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for row in larger.rows("campaigns"):
        until = row["sent_on"] + timedelta(days=OUTCOME_DAYS)
        rates[row["campaign"], row["treated"]].append(
            sum(row["sent_on"] <= day < until for day in came[row["customer"]])
        )
        assert not row["answered"] or (row["treated"] and row["persuadable"])
    assert mean(rates["spring", True]) > mean(rates["spring", False]) * 1.1
    assert abs(mean(rates["autumn", True]) / mean(rates["autumn", False]) - 1) < 0.15


def test_who_is_more_content_comes_more_often_afterwards(larger: Truth) -> None:
    after: dict[int, list[int]] = defaultdict(list)
    answers = larger.rows("survey")
    asked_on = answers[0]["answered_on"]
    visits = Counter(row["customer"] for row in larger.rows("visits") if row["visited_at"].date() >= asked_on)
    for row in answers:
        after[row["Overall"]].append(visits[row["customer"]])
    assert mean(after[5]) > mean(after[3])
    assert larger.survey.num_rows > 100


def test_the_discontent_tell_more_people(larger: Truth) -> None:
    told: dict[bool, list[int]] = defaultdict(list)
    for row in larger.rows("complaints"):
        told[row["content"]].append(row["told"])
    assert mean(told[False]) > 1.5 * mean(told[True])
