"""The story of the sample chain: its files go in by the front door, and what was planted comes out.

The bounds are those the product promises; none of them knows how the chain is made.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.history.lake import Lake
from regulars.history.read import Reading, look, open_files, take_in
from regulars.insight.analysis import analyze
from regulars.insight.findings import Findings, Intake
from regulars.insight.pairs import pairs
from regulars.insight.rhythm import OwnRhythm
from regulars.insight.settings import Settings
from regulars.insight.uplift.assignments import read_assignments
from regulars.insight.uplift.campaigning import campaigns
from regulars.insight.uplift.found import Campaign
from regulars.sample.campaigns import PERSUADED_BY_KIND
from regulars.sample.chain import make_chain
from regulars.sample.truth import Truth

pytestmark = pytest.mark.slow

CUSTOMERS = 20_000  # as many as `make demo` makes
NAMED = ("decline", "lost")


@dataclass(frozen=True, slots=True)
class Story:
    """The truth, how reading went, and what was found."""

    truth: Truth
    reading: Reading
    findings: Findings
    customers: dict[str, dict[str, Any]]  # by card
    engine: Engine
    lines: ir.Table
    chain: Path

    @property
    def named(self) -> set[str]:
        """Customers called declining or lost."""
        return {card for card, row in self.customers.items() if row["stage"] in NAMED}


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with tempfile.TemporaryDirectory() as scratch:
        chain, lake_folder, work = (Path(scratch) / name for name in ("chain", "lake", "work"))
        work.mkdir()
        truth = make_chain(chain, customers=CUSTOMERS)
        with Engine(scratch=work) as engine:
            lake = Lake(lake_folder)
            opened = open_files([chain], lake=lake, engine=engine, work=work)
            reading = take_in(look(opened, engine=engine), lake=lake, engine=engine, work=work)
            lines = lake.lines(engine)
            analysis = analyze(lines, engine=engine, intake=intake_of(reading), settings=Settings())
            assert analysis.customers is not None
            table = engine.arrow(analysis.customers)
            customers = {row["customer"]: row for row in table.to_pylist()}
            yield Story(truth, reading, analysis.findings, customers, engine, lines, chain)


def intake_of(reading: Reading) -> Intake:
    refused: Counter[str] = Counter()
    for staged in reading.staged:
        refused.update(staged.refused_by_reason)
    read = sum(staged.rows_read for staged in reading.staged)
    return Intake(read, read - refused.total(), refused.total(), refused, {}, [])


def test_every_file_is_read_or_left_out_with_its_reason(story: Story) -> None:
    read = {staged.name for staged in story.reading.staged} | set(story.reading.already)
    assert read == {entry["name"] for entry in story.truth.rows("files")}
    assert {entry.name for entry in story.reading.left_out} == set(story.truth.not_sales)


def test_every_row_is_accounted_for(story: Story) -> None:
    """Rows in = rows kept + rows refused, file by file; and each refused for what is wrong with it."""
    planted = {entry["name"]: entry for entry in story.truth.rows("files")}
    for staged in story.reading.staged:
        truth = planted[staged.name]
        refused = Counter(staged.refused_by_reason)
        assert staged.rows_read == truth["rows"] == staged.rows_kept + refused.total(), staged.name
        assert refused["bad-date"] + refused["no-date"] == truth["broken_date"], staged.name
        assert refused["total-line"] == truth["footers"], staged.name
        assert refused["no-amount"] == truth["missing_amount"], staged.name
        assert refused["absurd-price"] == truth["absurd"], staged.name
        assert refused["too-few-fields"] == truth["cut_rows"], staged.name


@pytest.mark.parametrize(
    ("note", "column"),
    [("anonymous", "anonymous"), ("return", "returns"), ("fee", "fees"), ("zero-price", "zero_price")],
)
def test_dirt_that_is_kept_is_counted(story: Story, note: str, column: str) -> None:
    planted = {entry["name"]: entry[column] for entry in story.truth.rows("files")}
    counted = {staged.name: staged.notes.get(note, 0) for staged in story.reading.staged}
    assert counted == {name: planted[name] for name in counted}


def test_what_was_exported_twice_counts_once(story: Story) -> None:
    again = sum(added.duplicates for added in story.reading.added if not added.already)
    assert again == story.truth.total("overlap_sound")
    copies = [entry for entry in story.truth.rows("files") if entry["copy_of"]]
    assert sum(added.already for added in story.reading.added) + len(story.reading.already) == len(copies)
    kept = story.engine.row(story.lines.agg(rows=story.lines.count()))["rows"]
    wrong = ("overlap_sound", "broken_date", "missing_amount", "absurd", "footers", "cut_rows")
    # A broken row in an overlap is in two files, and refused in both.
    assert kept == story.truth.total("rows") - sum(story.truth.total(name) for name in wrong)


def test_odd_accounts_are_set_aside_and_nobody_else(story: Story) -> None:
    aside = story.findings.intake.set_aside
    assert aside is not None
    assert set(aside["customer"].to_pylist()) == set(story.truth.odd_accounts)
    known = {row["customer"] for row in story.truth.rows("customers") if row["visits"] > 0}
    assert set(story.customers) == known


def test_spend_is_right_to_the_fen(story: Story) -> None:
    planted = {row["customer"]: row["spend_minor"] for row in story.truth.rows("customers") if row["visits"] > 0}
    assert {card: row["spend_minor"] for card, row in story.customers.items()} == planted


def test_leavers_are_named(story: Story) -> None:
    """At least 80 % of those who left are on the lists of slipping and lost; 70 % of those on them have left."""
    leavers = story.truth.names("left_on")
    lists = story.findings.lists
    named = {card for name in ("slipping", "lost") for card in lists[name].table["customer"].to_pylist()}
    assert len(named & leavers) >= 0.8 * len(leavers)
    assert len(named & leavers) >= 0.7 * len(named)


def test_nothing_is_seen_where_nothing_was_put_in(story: Story) -> None:
    """At 5 %, 200 steady customers give ten false alarms; eighteen are beyond chance."""
    steady = story.truth.names("steady")
    assert len(steady) == 200
    assert len(story.named & steady) <= 18


def test_the_loyal_are_found(story: Story) -> None:
    loyal = story.truth.names("loyal")
    vip = {card for card, row in story.customers.items() if row["value_class"] == "vip"}
    assert len(vip & loyal) >= 0.95 * len(loyal)
    assert len(vip) <= 1.1 * len(loyal)
    assert story.findings.concentration is not None
    planted = story.truth.rows("customers")
    share = sum(row["spend_minor"] for row in planted if row["loyal"]) / sum(row["spend_minor"] for row in planted)
    assert story.findings.concentration.top_2_5_percent_share == pytest.approx(share, abs=0.01)


def test_planted_pairs_are_among_the_first_fifty(story: Story) -> None:
    assert story.findings.pairs is not None
    first = _pairs_of(story.findings.pairs.table, "product")[:50]
    planted = {frozenset((row["left"], row["right"])) for row in story.truth.rows("pairs")}
    assert planted <= {frozenset((row["left"], row["right"])) for row in first}
    lifts = {frozenset((row["left"], row["right"])): row["lift"] for row in story.truth.rows("pairs")}
    for row in first:
        pair = frozenset((row["left"], row["right"]))
        if pair in lifts:
            assert row["significant"]
            assert row["lift"] == pytest.approx(lifts[pair], rel=0.05)


def test_planted_categories_are_found(story: Story) -> None:
    assert story.findings.pairs is not None
    found = {
        frozenset((row["left"], row["right"]))
        for row in _pairs_of(story.findings.pairs.table, "category")
        if row["significant"]
    }
    for row in story.truth.rows("category_pairs"):
        assert frozenset((row["left"], row["right"])) in found


def test_nothing_sells_together_in_a_shuffled_copy(story: Story) -> None:
    """The same baskets with all articles dealt anew: what sold together does so no more."""
    goods = story.lines.filter(story.lines.kind == "sale", ~story.lines.returned)
    columns = ("file", "line", "basket", "customer", "sold_at", "amount_minor", "kind", "store", "product", "category")
    table = story.engine.arrow(goods.select(*columns).order_by("file", "line"))
    deal = np.random.default_rng(11).permutation(len(table))
    for name in ("product", "category"):
        table = table.set_column(table.column_names.index(name), name, table[name].take(deal))
    found = pairs(story.engine.register("shuffled", table), story.engine).table
    planted = {frozenset((row["left"], row["right"])) for row in story.truth.rows("pairs")}
    significant = {frozenset((row["left"], row["right"])) for row in found.to_pylist() if row["significant"]}
    first = {frozenset((row["left"], row["right"])) for row in _pairs_of(found, "product")[:50]}
    assert not planted & first
    assert not significant


def test_windows_for_the_next_visit_hold_what_they_promise(story: Story) -> None:
    """90 % of next visits fall in their 90 % window: by the product's own check, and by the truth."""
    assert story.findings.stages is not None
    assert 0.87 <= story.findings.stages.checked["window_coverage"] <= 0.93
    rhythm = OwnRhythm().with_parameters(**{name: story.findings.stages.rhythm[name] for name in ("k", "a", "b")})
    gaps, total, following = _fifth_gaps(story.truth)
    low, high = rhythm.window(gaps, total, level=0.9)
    assert len(gaps) > 1_000
    assert 0.87 <= float(((following >= low) & (following <= high)).mean()) <= 0.93


def test_brand_habits_are_recognised_where_they_show(story: Story) -> None:
    """Nine boxes where the brand's kind is known: most customers are national, as planted."""
    assert story.findings.boxes is not None
    by_habit: Counter[str] = Counter()
    for row in story.findings.boxes.table.to_pylist():
        by_habit[row["habit"]] += row["customers"]
    assert by_habit["national"] > by_habit["switcher"] > 0
    assert by_habit["national"] > by_habit["store"] > 0


@pytest.fixture(scope="module")
def campaigns_found(story: Story) -> Mapping[str, Campaign]:
    """What the office's list of the two campaigns says, sent in by the door the report uses."""
    found = campaigns(
        read_assignments(story.chain / "campaigns.csv"), story.lines, engine=story.engine, cut_off=story.truth.last_on
    )
    return {one.name: one for one in found.campaigns}


def test_the_campaign_that_moved_people_is_told_from_the_one_that_did_not(
    campaigns_found: Mapping[str, Campaign],
) -> None:
    spring, autumn = campaigns_found["spring"], campaigns_found["autumn"]
    assert spring.result is not None
    assert autumn.result is not None
    assert (spring.result.conclusion, autumn.result.conclusion) == ("works", "not-shown")
    assert autumn.decision is not None
    assert autumn.decision.verdict == "nobody"
    assert autumn.taught is not None
    assert autumn.taught.listed is None


def test_the_next_list_is_made_of_the_persuadable(story: Story, campaigns_found: Mapping[str, Campaign]) -> None:
    """Persuadable are the kinds that come every 29 and 58 days; they are known by their rhythm alone.

    The nearest of the others come every 14. Own means spread by .19 and gaps are gamma of shape 3, so after four gaps
    the logarithm of a mean gap is off by √(.19² + 1/12) = .35, and half the way from 14 to 29 is .36: one in six of
    those others cannot be told, hardly any of the weekly, and none of who came once. That is less than a tenth of all
    whom nothing moves; twice and a half that is granted to the learner. So at most a quarter as many of them are on the
    list as a list by lot would hold, which is tens of standard deviations away.
    """
    chosen, assigned = _listed(story, campaigns_found["spring"])
    persuadable = np.array([row["persuadable"] for row in assigned])
    by_lot, wrong = 1 - persuadable.mean(), 1 - persuadable[chosen].mean()
    assert 0.2 < by_lot < 0.35
    assert wrong <= by_lot / 4
    assert by_lot - wrong > 10 * np.sqrt(by_lot * (1 - by_lot) / chosen.sum())
    assert persuadable[chosen].sum() >= 0.5 * persuadable.sum()  # the slow; of the monthly a half barely pays


def test_the_next_list_earns_more_than_everyone_and_no_one(
    story: Story, campaigns_found: Mapping[str, Campaign]
) -> None:
    """By what was planted, person by person: chance of one more visit × its margin, less the letter and the gift."""
    chosen, assigned = _listed(story, campaigns_found["spring"])
    earns = _earned_by_kind(story, assigned)
    kinds = {row["customer"]: row["kind"] for row in story.truth.rows("customers")}
    each = np.array([earns[kinds[row["customer"]]] for row in assigned])
    best = each[each > 0].sum()  # as if kinds were written on the cards
    assert each[~chosen].sum() < 0
    assert each[chosen].sum() > max(0.0, each.sum())
    assert each[chosen].sum() >= 0.8 * best
    decision = campaigns_found["spring"].decision
    assert decision is not None
    assert decision.verdict == "target"
    assert decision.above_everyone.low > 0


def _listed(story: Story, spring: Campaign) -> tuple[Any, list[dict[str, Any]]]:
    """Who of those assigned is on the list, and all of them with their truth."""
    assert spring.taught is not None
    assert spring.taught.listed is not None
    names = set(spring.taught.listed["customer"].to_pylist())
    assigned = [row for row in story.truth.rows("campaigns") if row["campaign"] == "spring"]
    assert names <= {row["customer"] for row in assigned}
    return np.array([row["customer"] in names for row in assigned]), assigned


def _earned_by_kind(story: Story, assigned: list[dict[str, Any]]) -> dict[str, float]:
    """Minor units that an offer earns with one customer of each kind."""
    costed = story.lines.filter(story.lines.cost_minor.notnull(), story.lines.kind == "sale")
    sums = story.engine.row(costed.agg(amount=costed.amount_minor.sum(), cost=costed.cost_minor.sum()))
    margin = 1 - float(sums["cost"]) / float(sums["amount"])
    rows = {row["customer"]: row for row in story.truth.rows("customers")}
    earned: dict[str, float] = {}
    for kind in {row["kind"] for row in rows.values()}:
        people = [row for row in rows.values() if row["kind"] == kind]
        visit = sum(row["spend_minor"] for row in people) / sum(row["visits"] for row in people)
        offered = [row for row in assigned if row["treated"] and rows[row["customer"]]["kind"] == kind]
        costs = sum(row["contact_minor"] + row["reward_minor"] for row in offered) / max(1, len(offered))
        earned[kind] = PERSUADED_BY_KIND.get(kind, 0.0) * margin * visit - costs
    return earned


def _pairs_of(table: pa.Table, level: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return [row for row in rows if row["level"] == level]


def _fifth_gaps(truth: Truth) -> tuple[list[int], list[int], Any]:
    """Four gaps of customers who had them early enough for the fifth to be over, whoever leaves: n, sum, and the fifth.

    Visits by day, as any till knows them.
    """
    early = truth.first_on + timedelta(days=400)
    days: dict[str, list[Any]] = {}
    for row in truth.rows("visits"):
        day = row["visited_at"].date()
        seen = days.setdefault(row["customer"], [])
        if not seen or seen[-1] != day:
            seen.append(day)
    known = [seen for seen in days.values() if len(seen) > 5 and seen[4] < early]
    assert len(known) > 0.98 * sum(len(seen) > 4 and seen[4] < early for seen in days.values())
    sums = [(seen[4] - seen[0]).days for seen in known]
    return [4] * len(known), sums, np.array([(seen[5] - seen[4]).days for seen in known])
