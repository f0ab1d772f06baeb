"""Three beliefs about loyal customers, and what became of them here."""

from collections.abc import Mapping
from typing import Any

from regulars.insight.findings import Findings
from regulars.insight.myths.found import Measure, Myth, MythsFound
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.words import Sentence, Words, mark

MYTHS: Mapping[str, str] = {
    "cheaper": mark("“Loyal customers cost less to serve”"),
    "price": mark("“Loyal customers pay more”"),
    "referrals": mark("“Loyal customers recommend more”"),
}
VERDICTS: Mapping[str, str] = {
    "holds": mark("holds"),
    "does-not-hold": mark("does not hold"),
    "cannot-be-told": mark("cannot be told here"),
}
MEASURES: Mapping[str, str] = {
    "margin_share": mark("Margin, as a share of sales"),
    "cost_rate": mark("Discounts and returns, as a share of sales"),
    "discount_share": mark("Discounts"),
    "return_share": mark("Returns"),
    "mean_receipt_minor": mark("Receipt, on average"),
    "complaint_rate": mark("Complaints per 100 receipts"),
    "price": mark("Price paid (100: usual price of that week)"),
    "referrals": mark("New customers brought, each"),
    "recommends": mark("Would recommend (0 to 100)"),
}
# What decided, in a sentence; {loyal} and {other} are as the table shows them.
DECIDED: Mapping[str, str] = {
    "margin_share": mark("Of what they pay, {loyal} is left after the cost of the goods, of what others pay {other}."),
    "cost_rate": mark("Discounts and returns take {loyal} of what they buy, {other} of what others buy."),
    "price": mark("They pay {loyal} where the usual price of the week is 100; others pay {other}."),
    "referrals": mark("Each brought {loyal} new customers, each of the others {other}."),
    "recommends": mark("Asked whether they would recommend, they give {loyal} of 100, others {other}."),
}
BOXES: Mapping[str, tuple[str, str]] = {
    "true_regulars": (mark("True regulars"), mark("Thank them, and keep what they come for.")),
    "fond_but_dear": (mark("Fond, but little earned"), mark("Earn more: larger baskets, fewer discounts.")),
    "held_by_habit": (mark("Held by habit"), mark("Ask what is wrong before somebody else does.")),
    "bargain_routine": (mark("Bargain routine"), mark("No more discounts without something in return.")),
    "welcome_guests": (mark("Welcome guests"), mark("Invite them to come more often.")),
    "well_wishers": (mark("Well-wishers"), mark("Ask them to bring friends; spend little.")),
    "passing_spenders": (mark("Passing spenders"), mark("Mend what they mind, and make one good offer.")),
    "strangers": (mark("Strangers"), mark("Spend nothing on them.")),
    "earning_regulars": (mark("Earning regulars"), mark("Keep them; ask how content they are.")),
    "costly_regulars": (mark("Regulars who bring little"), mark("Offer larger baskets before discounts.")),
    "earning_occasional": (mark("Occasional, but worth it"), mark("Give a reason to come again soon.")),
    "small_occasional": (mark("Occasional and small"), mark("Only what costs nothing.")),
}
_SHARES = ("margin_share", "cost_rate", "discount_share", "return_share")
_OF_HUNDRED = ("price", "recommends")


def chapter(findings: Findings, words: Words) -> Chapter:
    """`findings.myths` is the MythsFound; None with its reason in `unsaid["myths"]`."""
    found: MythsFound | None = getattr(findings, "myths", None)
    title = words.t("Three beliefs about loyal customers")
    if found is None:
        return empty("myths", title, findings.unsaid.get("myths", ""), words)
    lead = words.t(
        "Here {loyal} customers count as loyal: they came on {visits} days or more and have been customers for {days} "
        "days or more. They stand beside the {other} others who bought in the last year.",
        loyal=words.numbers.count(found.loyal),
        other=words.numbers.count(found.other),
        visits=words.numbers.count(found.visits_from),
        days=words.numbers.count(found.tenure_days),
    )
    return Chapter(
        "myths",
        title,
        [lead, *(_verdict(myth, words) for myth in found.myths.values())],
        shown={
            "measures": [_measure(row, words) for myth in found.myths.values() for row in myth.measures],
            "boxes": [_box(row, words) for row in found.boxes.to_pylist()],
            "attitude": bool(found.attitude_known),
            "margin": found.profit_basis == "margin",
            "least": words.numbers.money(found.profit_from_minor),
        },
    )


def _verdict(myth: Myth, words: Words) -> Sentence:
    named = {"myth": words.of(dict(MYTHS), myth.name), "verdict": words.of(dict(VERDICTS), myth.verdict)}
    if not myth.decided_by:
        return words.t("{myth}: {verdict}, since the files say nothing about it.", **named)
    shown = _measure(myth.measures[0], words)
    values = {name: str(value) for name, value in (named | shown).items()}
    alike = mark("Among customers of the same main category and store the difference is {matched} (95%: {range}).")
    if myth.why_not == "nobody-alike":
        alike = mark("None of the others is of the same main category and store.")
    parts = (mark("{myth}: {verdict}."), DECIDED[myth.decided_by], alike)
    return Sentence((" " if words.lang == "en" else "").join(words.pattern((part, part), 1) for part in parts), values)


def _measure(row: Measure, words: Words) -> dict[str, object]:
    def show(value: float) -> str:
        if row.name == "mean_receipt_minor":
            return words.numbers.money(value)
        if row.name in _SHARES:
            return words.numbers.share(_near(value, 4), 2)
        if row.name in _OF_HUNDRED:
            return words.numbers.decimal(_near(100 * value, 1), 1)
        return words.numbers.decimal(_near(value, 3), 3)

    def apart(value: float) -> str:
        """Shares differ by points."""
        return words.numbers.decimal(_near(100 * value, 2), 2) if row.name in _SHARES else show(value)

    def told(value: float) -> str:
        return words.t("{points} points", points=apart(value)).plain if row.name in _SHARES else apart(value)

    return {
        "name": words.of(dict(MEASURES), row.name),
        "loyal": show(row.loyal),
        "other": show(row.other),
        "raw": told(row.raw),
        "matched": told(row.matched),
        "range": words.t("{low} to {high}", low=apart(row.matched_low), high=apart(row.matched_high)).plain,
    }


def _near(value: float, places: int) -> float:
    """Rounded, without a minus before a nought."""
    return round(value, places) + 0.0


def _box(row: Mapping[str, Any], words: Words) -> dict[str, object]:
    name, action = BOXES[row["box"]]
    return {
        "name": words.t(name),
        "action": words.t(action),
        "customers": words.numbers.count(row["customers"]),
        "profit": words.numbers.money_short(row["profit_minor"]),
        "file": f"lists/box_{row['box']}.csv",
    }
