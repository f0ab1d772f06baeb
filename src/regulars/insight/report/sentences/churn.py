"""Who leaves: how it was learned and checked, what tells leavers, what the list catches; or a plain word why not."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from regulars.insight.churn.found import MODELS, ChurnFound, LoyaltyRun
from regulars.insight.findings import Findings
from regulars.insight.report.pictures.chances import foretold_and_seen
from regulars.insight.report.sentences.chapter import UNSAID, Chapter, empty, why_unsaid
from regulars.insight.report.sentences.churn_target import target
from regulars.insight.report.sentences.levels import levels_said
from regulars.insight.report.words import Sentence, Words, mark
from regulars.insight.scoring import Condition, Measured, Rule

FEATURE_NAMES: Final = {
    "recency_days": mark("days since the last visit"),
    "silence_ratio": mark("silence, in own usual gaps"),
    "silence_chance": mark("chance of such a silence by own rhythm"),
    "p_alive": mark("chance of still being a customer (BG/NBD)"),
    "usual_gap_days": mark("days between visits, as a rule"),
    "horizon_days": mark("days within which the next visit is due"),
    "gap_days_spread": mark("spread of the gaps, in days"),
    "visits": mark("visits so far"),
    "visits_365": mark("visits in the last year"),
    "expected_visits": mark("visits expected in the outcome window (BG/NBD)"),
    "trend": mark("trend of visits (0 is steady)"),
    "visits_window": mark("visits in the last months"),
    "visits_before": mark("visits in the months before those"),
    "spend_365": mark("spend in the last year"),
    "spend_window": mark("spend in the last months"),
    "spend_before": mark("spend in the months before those"),
    "mean_visit": mark("spend on a visit"),
    "tenure_days": mark("days since the first visit"),
    "products": mark("different products bought"),
    "categories": mark("different categories bought"),
    "stores": mark("stores bought in"),
    "channels": mark("channels bought through"),
    "top_category": mark("favourite category"),
    "top_category_share": mark("share of the favourite category"),
    "discount_share": mark("share of discounts"),
    "return_share": mark("share of returns"),
    "margin_share": mark("margin, as a share of spend"),
    "weekday_top": mark("favourite weekday (1 is Monday)"),
    "weekend_share": mark("share of visits at the weekend"),
    "hour_top": mark("favourite hour"),
    "town": mark("town"),
    "sex": mark("sex"),
    "age": mark("age"),
}
MODEL_NAMES: Final = {
    "linear": mark("Linear"),
    "logistic": mark("Logistic regression"),
    "tree": mark("Decision tree"),
    "additive": mark("Boosted steps"),
    "days-since-last": mark("Days since the last visit"),
    "own-rhythm": mark("Own rhythm alone"),
    "repeat-buying": mark("BG/NBD, put right"),
    "past-spend": mark("Past spend alone"),
    "base-rate": mark("The same chance for all"),
}
WAYS: Final = {
    "in_sample": mark("On what it learned from"),
    "cross_validation": mark("On customers left out"),
    "later": mark("On the later period"),
}
GROUPS: Final = {"age": mark("Age"), "sex": mark("Sex"), "town": mark("Town")}
WHY_NOT: Final = {
    "too-few-outcomes": mark("Too few customers left, or too few stayed, to learn from and to check."),
    "nothing-separates": mark("Nothing that is known of customers tells who leaves, so no score is given."),
    "not-better-than-baseline": mark(
        "On the later period the model told leavers no better than a simple rule, so no score, list or reason is given."
    ),
}
_SHARES: Final = frozenset(
    {"silence_chance", "p_alive", "top_category_share", "discount_share", "return_share", "margin_share",
     "weekend_share"}
)  # fmt: skip
_MONEY: Final = frozenset({"spend_365", "spend_window", "spend_before", "mean_visit"})
_RULES_MOST: Final = 6


def chapter(findings: Findings, words: Words) -> Chapter:
    """Found by `regulars.insight.churn`; a chapter that says why where there is nothing."""
    title = words.t("Who is about to leave")
    found = findings.churn
    if found is None:
        return _unsaid(title, findings.unsaid.get("churn", ""), words)
    run = found.run
    return Chapter(
        "churn",
        title,
        [*_lead(found, words), target(run, words), *_shift(found, words), *_drift(found, words)],
        shown={
            "checked": _checked(run, words),
            "table": _table(run, words),
            "picture": _picture(run, words),
            "rules": [_rule(rule, words) for rule in run.learned.rules[:_RULES_MOST]] if found.usable else [],
            "base": words.numbers.share(run.shift.later_rate),
            "catches": _catches(found, words),
            "terms": _terms(found, words),
            "groups": _groups(found, words),
            "left_out": _left_out(run, words),
            "prospects": _prospects(found, words),
            "kept": _kept(found, words),
        },
    )


def _unsaid(title: Sentence, code: str, words: Words) -> Chapter:
    if code == "bad-history":  # what the rhythm says where nobody came twice
        code = "no-repeat-buyers"
    if code in WHY_NOT and code not in UNSAID:
        return Chapter("churn", title, unsaid=words.of(WHY_NOT, code))
    return empty("churn", title, code, words)


def why_not(code: str, words: Words) -> Sentence:
    """Why a model is not used."""
    return words.of(WHY_NOT, code) if code in WHY_NOT else why_unsaid(code, words)


def _lead(found: ChurnFound, words: Words) -> list[Sentence]:
    if not found.usable:
        return [why_not(found.run.learned.why_not, words)]
    return [
        words.n(
            "Of {count} active customer, {leavers} are expected to leave; {money} is at stake.",
            "Of {count} active customers, {leavers} are expected to leave; {money} is at stake.",
            found.judged,
            leavers=words.numbers.count(found.expected_leavers),
            money=words.numbers.money_short(found.at_stake_minor),
        )
    ]


def _shift(found: ChurnFound, words: Words) -> list[Sentence]:
    if not found.usable:
        return []
    moved = found.run.shift
    return [
        words.t(
            "On the days learned from {learned} left; on the later ones {later}, where {foretold} had been foretold. "
            "Scores are moved to the later rate, since rates change with the season.",
            learned=words.numbers.share(moved.learned_rate),
            later=words.numbers.share(moved.later_rate),
            foretold=words.numbers.share(moved.foretold_rate),
        )
    ]


def _drift(found: ChurnFound, words: Words) -> list[Sentence]:
    seen = found.drift
    if not seen:
        return []
    return [
        words.t(
            "In the run before, {former} left and the AUC was {former_auc}; now {rate} and {auc}.",
            former=words.numbers.share(seen["former_rate"]),
            former_auc=words.numbers.decimal(seen["former_auc"]),
            rate=words.numbers.share(seen["now_rate"]),
            auc=words.numbers.decimal(seen["now_auc"]),
        )
    ]


def _checked(run: LoyaltyRun, words: Words) -> Sentence:
    if run.learned.checked != "later":
        return words.t("Not checked on a later period.")
    asked = run.windows
    return words.n(
        "Learned from {count} earlier day, {first} to {last}; checked on {later} and what came after it.",
        "Learned from {count} earlier days, {first} to {last}; checked on {later} and what came after it.",
        len(run.customers) - 1,
        first=words.numbers.day(asked.training_on[1 - len(run.customers)]),
        last=words.numbers.day(asked.training_on[-1]),
        later=words.numbers.day(asked.later_on),
    )


def _table(run: LoyaltyRun, words: Words) -> list[dict[str, object]]:
    """One row per model and way, the chosen one first."""
    measured = run.learned.measured
    names = sorted(measured, key=lambda name: name != run.learned.chosen)
    return [
        {
            "name": words.of(MODEL_NAMES, name),
            "chosen": name == run.learned.chosen,
            "ways": [_figures(way, one, words) for way, one in measured[name].items()],
        }
        for name in names
    ]


def _figures(way: str, one: Measured, words: Words) -> dict[str, object]:
    low, high = one.intervals.get("auc", (one.auc, one.auc))
    write, share = words.numbers.decimal, words.numbers.share
    return {
        "way": words.of(WAYS, way),
        "auc": write(one.auc, 3),
        "between": words.t("{low} to {high}", low=write(low, 3), high=write(high, 3)),
        "log_loss": write(one.log_loss, 3),
        "brier": write(one.brier, 3),
        "captures": [share(one.capture[top]) for top in (0.1, 0.3)],
    }


def _picture(run: LoyaltyRun, words: Words) -> object:
    rows: list[dict[str, Any]] = [
        row
        for row in run.learned.calibration.to_pylist()
        if row["model"] == run.learned.chosen and row["way"] == run.learned.checked
    ]
    if len(rows) < 2:
        return None
    worst = max(rows, key=lambda row: abs(row["predicted"] - row["actual"]))
    label = words.t(
        "Foretold and actual share who left, tenth by tenth; farthest apart: {predicted} foretold, {actual} left.",
        predicted=words.numbers.share(worst["predicted"]),
        actual=words.numbers.share(worst["actual"]),
    )
    return foretold_and_seen(rows, words, label)


def _rule(rule: Rule, words: Words) -> dict[str, object]:
    return {
        "says": [condition(one, words) for one in rule.conditions],
        "customers": words.numbers.count(rule.customers),
        "share": words.numbers.share(rule.share),
        "rate": words.numbers.share(rule.rate),
        "between": words.t(
            "{low} to {high}",
            low=words.numbers.share(rule.interval[0]),
            high=words.numbers.share(rule.interval[1]),
        ),
        "lift": words.numbers.decimal(rule.lift, 1),
        "width": f"{100 * rule.rate:.1f}",
    }


def condition(one: Condition, words: Words) -> Sentence:
    """One part of a rule in words."""
    name = words.of(FEATURE_NAMES, one.column)
    low, high = (_value(one.column, end, words) for end in (one.low, one.high))
    if one.levels:
        said = levels_said(name, one.levels, one.others, words)
    elif one.low is not None and one.high is not None:
        said = words.t("{name} above {low}, up to {high}", name=name, low=low, high=high)
    elif one.low is not None:
        said = words.t("{name} above {low}", name=name, low=low)
    elif one.high is not None:
        said = words.t("{name} up to {high}", name=name, high=high)
    else:
        return words.t("{name} not known", name=name) if one.unknown else words.t("{name} known", name=name)
    return words.t("{said} (or not known)", said=said.plain) if one.unknown else said


def _value(column: str, value: float | None, words: Words) -> str:
    if column in _MONEY:
        return words.numbers.money(value)
    if column in _SHARES:
        return words.numbers.share(value)
    whole = value is None or value == round(value)
    return words.numbers.count(value) if whole else words.numbers.decimal(value, 1)


def _catches(found: ChurnFound, words: Words) -> list[Sentence]:
    caught, share = found.caught, words.numbers.share
    if caught is None:
        return []
    return [
        words.t(
            "Put to the test on the later period, such a list of {share} of customers held {leavers} of those who left "
            "and {money} of what they had spent in the year before.",
            share=share(caught.share),
            leavers=share(caught.leavers_by_loss),
            money=share(caught.money_by_loss),
        ),
        words.t(
            "By probability alone it would have held {leavers} of leavers and {money} of their money; "
            "by past spend alone {spenders} and {spent}.",
            leavers=share(caught.leavers_by_probability),
            money=share(caught.money_by_probability),
            spenders=share(caught.leavers_by_spend),
            spent=share(caught.money_by_spend),
        ),
    ]


def _terms(found: ChurnFound, words: Words) -> list[Sentence]:
    kept = found.retention
    if kept is None or "retention" not in found.lists:
        return []
    listed = found.lists["retention"]
    money = words.numbers.money_short
    says = [
        words.n(
            "The retention list has {count} customer by expected loss, {money} in all.",
            "The retention list has {count} customers by expected loss, {money} in all.",
            listed.customers,
            money=money(listed.at_stake_minor),
        ),
        words.t("A loss is the chance of leaving × what the customer is expected to spend in a year if they stay.")
        if kept.value_basis == "expected-spend" and kept.value_days >= 365
        else words.n(
            "A loss is the chance of leaving × what the customer would spend in {count} day if they stay.",
            "A loss is the chance of leaving × what the customer would spend in {count} days if they stay.",
            kept.value_days,
        )
        if kept.value_basis == "expected-spend"
        else words.t("A loss is the chance of leaving × the spend of the last year."),
        words.t(
            "If a contact keeps {saved} of leavers, which is an assumption until a campaign has shown it, "
            "one contact may cost up to {cost} on average.",
            saved=words.numbers.share(kept.saved_share),
            cost=words.numbers.money(kept.break_even_minor),
        ),
    ]
    if kept.pays is not None:
        says.append(
            words.n(
                "At {cost} a contact, it pays for {count} customer.",
                "At {cost} a contact, it pays for {count} customers.",
                kept.pays,
                cost=words.numbers.money(kept.contact_cost_minor),
            )
        )
    return says


def _groups(found: ChurnFound, words: Words) -> list[dict[str, object]]:
    share = words.numbers.share
    rows: Sequence[Mapping[str, Any]] = found.fairness.to_pylist() if found.usable else []
    return [
        {
            "by": words.of(GROUPS, row["by"]),
            "group": row["group"],
            "customers": words.numbers.count(row["customers"]),
            "flagged": share(row["flagged_share"]),
            "flagged_between": words.t(
                "{low} to {high}", low=share(row["flagged_low"]), high=share(row["flagged_high"])
            ),
            "predicted": share(row["predicted"]),
            "actual": share(row["actual"]),
            "between": words.t("{low} to {high}", low=share(row["actual_low"]), high=share(row["actual_high"])),
        }
        for row in rows
    ]


def _left_out(run: LoyaltyRun, words: Words) -> Sentence | None:
    names = [words.of(FEATURE_NAMES, one.column).plain for one in run.learned.screening if not one.kept]
    if not names:
        return None
    return words.t("Not used, since hardly known, all alike, or telling nothing: {names}.", names="; ".join(names))


def _kept(found: ChurnFound, words: Words) -> list[dict[str, object]]:
    """The runs kept of this chapter's models, with the page of each."""
    said = {"leave": words.t("The model of who leaves is kept with its card:"),
            "rise": words.t("The model of who may rise is kept with its card:")}  # fmt: skip
    return [{"says": said[name], "run": run, "page": f"{MODELS}/{run}/card.html"} for name, run in found.kept.items()]


def _prospects(found: ChurnFound, words: Words) -> Sentence | None:
    if "prospects" in found.lists:
        return words.n(
            "A second model, checked the same way, lists {count} ordinary customer most like those who rose.",
            "A second model, checked the same way, lists {count} ordinary customers most like those who rose.",
            found.lists["prospects"].customers,
        )
    if "prospects" in found.unsaid:
        return words.t("No prospects are listed: past spend alone tells who rises as well as any model here.")
    return None
