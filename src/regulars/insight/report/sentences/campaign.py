"""Campaigns: what each brought against those who got nothing, how sure that is, and whom the next should go to."""

from collections.abc import Mapping
from typing import Any, Final

from regulars.insight.findings import Findings
from regulars.insight.report.pictures.earned import earned
from regulars.insight.report.pictures.intervals import intervals
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.words import Sentence, Words, mark
from regulars.insight.uplift.found import Campaign
from regulars.insight.uplift.moves import Effect, Result
from regulars.insight.uplift.teaching import Taught

OUTCOMES: Final = {
    "buyers": mark("Customers who bought"),
    "purchases": mark("Purchases"),
    "revenue_minor": mark("Revenue"),
    "capped_minor": mark("Revenue, largest capped"),
    "margin_minor": mark("Margin after costs"),
}
CONCLUSIONS: Final[Mapping[str, str]] = {
    "works": mark("{name} worked: it brought {total} ({low} to {high}) that would not have come without it."),
    "harms": mark("{name} did harm: {total} ({low} to {high}) against those who got nothing."),
    "not-shown": mark(
        "{name}: no effect is shown. It brought {total}, and anything from {low} to {high} fits the sales."
    ),
    "too-few": mark("{name}: too few have bought in one of the two groups to say anything yet."),
    "sample-ratio-mismatch": mark(
        "{name}: the two groups do not have the planned sizes, so customers were lost or added after the draw, and no "
        "conclusion is drawn. Find out where they went."
    ),
    "arms-not-alike": mark(
        "{name}: the two groups were unlike before anything was sent, so no conclusion is drawn. They were not drawn "
        "by lot."
    ),
}
VERDICTS: Final[Mapping[str, str]] = {
    "target": mark(
        "Next time send it to the {share} of customers whom it moves: checked on people the choice had not seen, that "
        "earned {profit} ({low} to {high}) in this test."
    ),
    "everyone": mark("Next time send it to everyone again: choosing customers by what moves them earns no more."),
    "nobody": mark("Next time do not choose customers by what is thought to move them: no profit from it is shown."),
}

NONE: Final = mark(
    "No file says who was sent an offer and who, by lot, was not. Keep such a list with the next campaign "
    "(regulars campaign assign), and this chapter says what it brought."
)


REFUSED: Final = {
    "in-both-arms": mark(
        "{name} cannot be judged: some customers are among those who got the offer and the others too."
    ),
    "no-control-group": mark("{name} cannot be judged: it has no control group, and too little to compare with."),
    "wrong-campaign": mark("{name} cannot be judged: the file does not say clearly who got it, who did not, and when."),
    "later-than-sales": mark("{name} cannot be judged yet: it begins after the last sale known."),
}


def chapter(findings: Findings, words: Words) -> Chapter:
    """One part for each campaign of the file of assignments."""
    title = words.t("What campaigns brought")
    found = getattr(findings, "campaign", None)
    if found is None or not found.campaigns:
        if "campaign" in findings.unsaid:
            return empty("campaign", title, findings.unsaid["campaign"], words)
        return Chapter("campaign", title, unsaid=words.t(NONE))
    says = (
        words.n(
            "{count} campaign, judged against customers who could have had it and, by lot, got nothing.",
            "{count} campaigns, judged against customers who could have had them and, by lot, got nothing.",
            len(found.campaigns),
        ),
        words.t("Everyone who was assigned counts, reached or not: or the comparison would only flatter."),
    )
    parts = [_part(one, number, words, kept=one is found.latest) for number, one in enumerate(found.campaigns, 1)]
    return Chapter("campaign", title, says, shown={"campaigns": parts})


def _part(one: Campaign, number: int, words: Words, *, kept: bool) -> dict[str, Any]:
    """`kept`: its list is the one that lies beside the page."""
    period = words.t("{first} to {last}", first=words.numbers.day(one.from_on), last=words.numbers.day(one.until_on))
    told: dict[str, Any] = {
        "name": one.name,
        "moved": None,
        "period": period,
        "picture": None,
        "rows": [],
        "notes": [],
        "next": [],
    }
    if one.result is None:
        return told | {"conclusion": _without(one, words)}
    judged = one.result
    rows = [(words.of(OUTCOMES, e.name), e) for e in judged.effects.values()]
    drawable = [(what, *_relative(e)) for what, e in rows if e.name != "margin_minor" and e.relative is not None]
    picture = None
    if drawable:
        label = words.t(
            "Difference between the customers of {name} and those who got nothing, with 95% intervals", name=one.name
        )
        axis_title = words.t("difference from those who got nothing")
        picture = intervals(drawable, axis_title.plain, label.plain, name=f"campaign{number}")
    return told | {
        "moved": _moved(one, number, words),
        "conclusion": _conclusion(judged, one.name, words),
        "picture": picture,
        "rows": [_row(what, effect, words) for what, effect in rows],
        "notes": _notes(judged, one.taught, words),
        "next": _next(one, words, kept=kept),
    }


def _relative(effect: Effect) -> tuple[float, float, float]:
    found = effect.relative
    assert found is not None
    return found.value, found.low, found.high


def _conclusion(judged: Result, name: str, words: Words) -> Sentence:
    money = words.numbers.money
    total = judged.effects[judged.outcome].total
    return words.t(
        CONCLUSIONS[judged.conclusion],
        name=name,
        total=money(total.value),
        low=money(total.low),
        high=money(total.high),
    )


def _without(one: Campaign, words: Words) -> Sentence:
    if one.weak is None:
        why = REFUSED.get(one.refused, mark("{name} cannot be judged ({code})."))
        return words.t(why, name=one.name, code=one.refused)
    money, seen = words.numbers.money, one.weak.difference
    return words.t(
        "{name} had no control group, so nothing is proved. A weak look at customers alike who were not contacted: "
        "{value} more per customer than before ({low} to {high}).",
        name=one.name, value=money(seen.value), low=money(seen.low), high=money(seen.high),
    )  # fmt: skip


def _row(what: Sentence, effect: Effect, words: Words) -> dict[str, str]:
    numbers = words.numbers
    as_money = effect.name.endswith("_minor")

    def each(value: float) -> str:
        if as_money:
            return numbers.money(value)
        return numbers.share(value) if effect.name == "buyers" else numbers.decimal(value, 3)

    def whole(value: float) -> str:
        return numbers.money(value) if as_money else numbers.count(value)

    return {
        "what": what,
        "treated": each(effect.treated),
        "control": each(effect.control),
        "total": whole(effect.total.value),
        "between": words.t("{low} to {high}", low=whole(effect.total.low), high=whole(effect.total.high)),
    }


def _notes(judged: Result, taught: Taught | None, words: Words) -> list[Sentence]:
    count, effect = words.numbers.count, judged.effects["revenue_minor"]
    notes = [
        words.t(
            "{treated} were to get the offer, {control} nothing. What they bought in the {days} days before makes the "
            "interval {saved} narrower.",
            treated=count(judged.treated), control=count(judged.control), days=judged.pre_days,
            saved=words.numbers.share(max(0.0, effect.narrower)),
        )
    ]  # fmt: skip
    if not judged.mismatch.tested:
        notes.append(words.t("The planned sizes are not known, so lost customers could not be looked for."))
    elif not judged.mismatch.broken:
        notes.append(words.t("The sizes of the two groups fit the plan."))
    if not judged.balance.broken:
        notes.append(words.t("Before, the two groups were as alike as lots make them."))
    if judged.progress < 1:
        notes.append(words.t("It is still running: the verdict uses wider bounds that hold however often one looks."))
    if "margin_minor" in judged.unknown:
        some = taught is not None and taught.margin_share is not None
        cost = mark("The sales do not say what goods cost, so margin is not known.")
        few = mark("Too few of the sales say what the goods cost to judge the margin itself.")
        notes.append(words.t(few if some else cost))
    if judged.control_reached:
        notes.append(
            words.t("{count} who should have got nothing were sent something.", count=count(judged.control_reached))
        )
    return notes


def _next(one: Campaign, words: Words, *, kept: bool) -> list[Sentence]:
    """Whom the next one should go to, what that rests on, and where the list is."""
    if one.taught is None:
        return []
    found, money, share = one.taught.decision, words.numbers.money, words.numbers.share
    seen, more = found.targeted.scaled, found.above_everyone
    said = [
        words.t(
            VERDICTS[found.verdict],
            share=share(found.share), profit=money(seen.value), low=money(seen.low), high=money(seen.high),
        )
    ]  # fmt: skip
    if found.verdict == "target":
        said.append(
            words.t(
                "Sending it to everyone earned {profit}; choosing made {more} more ({low} to {high}).",
                profit=money(found.everyone.scaled.value),
                more=money(more.value), low=money(more.low), high=money(more.high),
            )
        )  # fmt: skip
    if one.taught.listed is not None:
        customers = one.taught.listed.num_rows
        said.append(
            words.n(
                "By what is known of them today it is {count} customer, best first.",
                "By what is known of them today it is {count} customers, best first.",
                customers,
            )
        )
    if kept:
        said.append(words.t("They are in lists/campaign_next.csv."))
    return said


def _moved(one: Campaign, number: int, words: Words) -> dict[str, Any] | None:
    """The picture of sending to more and more customers; nothing where all scores are one."""
    if one.taught is None or one.taught.decision.curve.num_rows < 3:
        return None
    found, margin = one.taught.decision, one.taught.margin_share
    chosen = (found.share, found.targeted.scaled.value) if found.verdict == "target" else None
    label = words.t(
        "What the campaign {name} earned when sent to more and more customers, those it moves most first, against "
        "as many by lot, with 95% interval", name=one.name,
    )  # fmt: skip
    each = words.t("What the goods cost is not known: a purchase counts in full, which flatters.")
    if margin is not None:
        left = words.numbers.share(margin)
        each = words.t("A purchase counts with the {share} of it that is left after the goods are paid.", share=left)
    return {
        "picture": earned(found.curve.to_pylist(), chosen, words, label.plain, name=f"moved{number}"),
        "notes": [
            words.t(
                "Read it from the left: the offer goes first to those whom it moved most. Where the line climbs, it "
                "earns more than it costs; where it falls, it goes to people who would have come anyway, or not at "
                "all. The band is the 95% interval; everyone was placed by a rule that had not seen them."
            ),
            words.t("A contact was reckoned at {cost}.", cost=words.numbers.money(found.cost)),
            each,
        ],
    }
