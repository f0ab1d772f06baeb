"""The whole road: planted leavers are found and listed, chance is not, and the chapter says either."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.insight.churn.given import CUT_OFF, FIRST_ON, given_shop, tables

from regulars.history.engine import Engine
from regulars.insight.churn import ChurnFound, Terms, churn_of, windows_of
from regulars.insight.churn.found import LoyaltyRun
from regulars.insight.churn.learning import Past, leaving, past_of
from regulars.insight.churn.outcomes import features_only
from regulars.insight.churn.present import shifted
from regulars.insight.churn.reasons import by_theme, reasons
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.page import environment
from regulars.insight.report.sentences.churn import chapter
from regulars.insight.report.words import Words
from regulars.insight.scoring.model import ScoreModel, chance

FAST = ("tree", "logistic")
CUSTOMERS = 2500
SEEDS, ALLOWED = 200, 18


@dataclass(frozen=True)
class Seen:
    found: ChurnFound
    kept: list[dict[str, Any]]
    past: Past


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    shop = given_shop(CUSTOMERS)
    people = [f"C{number:05d}" for number in range(CUSTOMERS)]
    birth = np.random.default_rng(5).integers(1930, 2005, len(people))
    members = pa.table({"customer": people, "sex": [("f", "m")[n % 2] for n in range(CUSTOMERS)], "birth_year": birth})
    with Engine() as engine:
        lines, known, days = tables(engine, shop.lines)
        given = engine.register("members", members)
        found = churn_of(
            lines,
            known,
            days,
            engine=engine,
            cut_off=CUT_OFF,
            members=given,
            important_minor=60_000,
            terms=Terms(contact_cost_minor=150),
            families=FAST,
        )
        kept = engine.rows(engine.named("kept_churn"))
        asked = windows_of(FIRST_ON, CUT_OFF)
        yield Seen(found, kept, past_of(lines, CUSTOMERS, asked, engine=engine))


@pytest.mark.slow
def test_planted_leavers_are_told_on_the_later_period(seen: Seen) -> None:
    learned = seen.found.run.learned
    assert learned.checked == "later"
    assert learned.usable, learned.gain
    assert learned.measured[learned.chosen]["later"].auc > 0.8
    assert seen.found.run.customers[-1] == len(seen.past.later.left)


@pytest.mark.slow
def test_scores_are_chances_of_those_who_count_and_mean_what_came(seen: Seen) -> None:
    probability = np.array([row["leave_probability"] for row in seen.kept])
    assert ((probability >= 0) & (probability <= 1)).all()
    assert seen.found.judged == len(seen.kept) < CUSTOMERS
    assert probability.sum() == pytest.approx(seen.found.expected_leavers)
    run, later = seen.found.run, seen.past.later
    # What is moved is moved to the latest known rate.
    model, shift = shifted(
        run.learned.model, 0.1, run.learned.model.log_odds(features_only(later.table)), later.left.mean()
    )
    assert model.probability(features_only(later.table)).mean() == pytest.approx(later.left.mean(), abs=1e-6)
    assert shift.later_rate == pytest.approx(later.left.mean())


@pytest.mark.slow
def test_the_retention_list_is_ordered_by_expected_loss(seen: Seen) -> None:
    listed = seen.found.lists["retention"]
    rows = listed.table.to_pylist()
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    stakes = [row["at_stake_minor"] for row in rows]
    assert stakes == sorted(stakes, reverse=True)
    assert len(rows) <= np.ceil(0.3 * seen.found.judged)
    for row in rows:
        assert row["at_stake_minor"] == pytest.approx(row["leave_probability"] * row["value_minor"], abs=0.6)
        assert row["pays"] == (row["at_stake_minor"] * 0.1 > 150)
    left_out = {row["customer"]: row["at_stake_minor"] for row in seen.kept}.keys() - {row["customer"] for row in rows}
    by_name = {row["customer"]: row["at_stake_minor"] for row in seen.kept}
    assert max(by_name[name] for name in left_out) <= stakes[-1]
    terms = seen.found.retention
    assert terms is not None
    assert terms.pays == sum(row["pays"] for row in rows)
    assert terms.break_even_minor == int(np.mean(stakes) * 0.1)
    assert listed.at_stake_minor == sum(stakes)


@pytest.mark.slow
def test_a_list_by_loss_holds_more_money_and_one_by_probability_more_leavers(seen: Seen) -> None:
    caught = seen.found.caught
    assert caught is not None
    assert caught.leavers_by_probability > 0.5  # of a list of 30 %
    assert caught.leavers_by_probability >= caught.leavers_by_loss
    assert caught.money_by_loss >= caught.money_by_probability
    assert caught.leavers_by_loss > caught.leavers_by_spend


@pytest.mark.slow
def test_reasons_are_codes_with_figures(seen: Seen) -> None:
    rows = seen.found.lists["retention"].table.to_pylist()
    first = [row["reason_1"] for row in rows if row["reason_1"]]
    assert len(first) > 0.9 * len(rows)
    english = Words("en", Numbers("en", "USD", 2))
    from regulars.insight.report.sentences.reasons import reason

    for code in {code.split(":")[0]: code for code in first}.values():
        assert ":" not in reason(code, english), code


@pytest.mark.slow
def test_what_themes_add_is_the_score(seen: Seen) -> None:
    table = seen.past.later.table
    scored = seen.found.run.model.score(features_only(table))
    themes, added = by_theme(scored)
    assert len(set(themes)) == len(themes)
    assert chance(scored.base + added.sum(axis=0)) == pytest.approx(scored.probability, abs=1e-9)
    # The codes point the way of the score.
    codes = reasons(scored, table)
    assert len(codes) == 3
    assert codes[0].null_count < len(table) / 2


@pytest.mark.slow
def test_fairness_is_looked_at_where_people_are_known(seen: Seen) -> None:
    rows = seen.found.fairness.to_pylist()
    assert {row["by"] for row in rows} == {"age", "sex"}
    for row in rows:
        assert row["flagged_low"] <= row["flagged_share"] <= row["flagged_high"]
        assert row["actual_low"] <= row["actual"] <= row["actual_high"]
    sexes = [row for row in rows if row["by"] == "sex"]
    assert sum(row["customers"] for row in sexes) == len(seen.past.later.left)
    # Sex was drawn blindly: the look must not see a difference that is not there.
    assert sexes[0]["flagged_low"] <= sexes[1]["flagged_high"]
    assert sexes[1]["flagged_low"] <= sexes[0]["flagged_high"]


@pytest.mark.slow
def test_prospects_are_ordinary_or_there_is_a_word_why_not(seen: Seen) -> None:
    if "prospects" not in seen.found.lists:
        assert seen.found.unsaid["prospects"] in {"not-better-than-baseline", "nothing-separates", "too-few-outcomes"}
        return
    rows = seen.found.lists["prospects"].table.to_pylist()
    assert rows
    assert all(row["spend_365_minor"] < 60_000 for row in rows)
    chances = [row["rise_probability"] for row in rows]
    assert chances == sorted(chances, reverse=True)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_chapter_is_written(seen: Seen, lang: str) -> None:
    page = _page(seen.found, lang)
    assert "AUC" in page
    assert ("is at stake" in page) == (lang == "en")
    assert "<script" not in page


@pytest.mark.slow
def test_chance_gives_no_scores_lists_or_reasons(seen: Seen) -> None:
    """Outcomes dealt out anew among customers: at 5 %, at most 18 of 200 such worlds may seem to be foretold."""
    rows = np.arange(400)
    small = Past([_some(one, rows) for one in seen.past.training[-2:]], _some(seen.past.later, rows))
    asked = windows_of(FIRST_ON, CUT_OFF)
    fooled = 0
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        dealt = Past([_dealt(one, random) for one in small.training], _dealt(small.later, random))
        fooled += leaving(dealt, asked, families=("tree",), seed=seed).learned.usable
    assert fooled <= ALLOWED


@pytest.mark.slow
def test_a_model_that_may_not_be_used_says_so(seen: Seen) -> None:
    found = seen.found
    learned = replace(found.run.learned, usable=False, why_not="not-better-than-baseline")
    page = _page(ChurnFound(replace(found.run, learned=learned), None, found.fairness), "en")
    assert "no score, list or reason is given" in page
    assert "retention list" not in page
    assert "Who leaves, as rules" not in page


def test_a_chapter_without_findings_says_why() -> None:
    findings: Any = SimpleNamespace(churn=None, unsaid={"churn": "too-few-outcomes"})
    written = chapter(findings, Words("en", Numbers("en", "USD", 2)))
    assert written.unsaid is not None
    assert "Too few customers left" in written.unsaid


def test_a_rate_of_nought_moves_nothing() -> None:
    model = ScoreModel("tree", -1.0, [])
    moved, shift = shifted(model, 0.3, np.array([-1.0, -1.0]), 0.0)
    assert moved.base == -1.0
    assert shift.log_odds == 0.0


def _page(found: ChurnFound, lang: str) -> str:
    words = Words(lang, Numbers(lang, "USD", 2))
    findings: Any = SimpleNamespace(churn=found, unsaid={})
    written = chapter(findings, words)
    body = environment().get_template(written.template).render(shown=written.shown, t=words.t, n=words.n)
    return "\n".join(written.says) + body


def _some(one: Any, rows: Any) -> Any:
    rivals = {name: values[rows] for name, values in one.rivals.items()}
    return replace(one, table=one.table.take(pa.array(rows)), left=one.left[rows], rivals=rivals)


def _dealt(one: Any, random: np.random.Generator) -> Any:
    return replace(one, left=random.permutation(one.left))


def test_run_is_a_plain_value() -> None:
    assert {"target", "learned", "model", "shift", "windows", "features", "customers", "rates"} == set(
        LoyaltyRun.__dataclass_fields__
    )
