"""Life-cycle stages by each customer's own rhythm, and how that was checked."""

from collections.abc import Mapping

from regulars.insight.findings import Findings, Stages
from regulars.insight.report.numbers import known
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.sentences.names import STAGE_MEANINGS, STAGES
from regulars.insight.report.words import Sentence, Words


def chapter(findings: Findings, words: Words) -> Chapter:
    """Who is where in their life with the shop."""
    title, found = words.t("Life-cycle stages"), findings.stages
    if found is None:
        return empty("stages", title, findings.unsaid.get("stages", ""), words)
    order = list(STAGES)
    rows = sorted(
        found.table.to_pylist(), key=lambda row: order.index(row["stage"]) if row["stage"] in order else len(order)
    )
    total = sum(row["customers"] for row in rows) or 1
    shown = [
        {
            "code": row["stage"],
            "name": words.of(STAGES, row["stage"]),
            "meaning": words.of(STAGE_MEANINGS, row["stage"]) if row["stage"] in STAGE_MEANINGS else "",
            "customers": words.numbers.count(row["customers"]),
            "share": words.numbers.share(row["customers"] / total),
            "width": f"{100 * row['customers'] / total:.2f}",
            "wide": row["customers"] / total >= 0.09,
            "spend": words.numbers.money_short(row.get("spend_365_minor")),
        }
        for row in rows
    ]
    people = {row["stage"]: row["customers"] for row in rows}
    return Chapter(
        "stages",
        title,
        [_lead(people, total, words), *_rhythm(found, words)],
        shown={"rows": shown, "checked": checked(found, words)},
    )


def _lead(people: Mapping[str, int], total: int, words: Words) -> Sentence:
    late, share = people.get("decline", 0), words.numbers.share
    return words.n(
        "{count} customer ({late}) is late by their own rhythm; {steady} are steady and {lost} are gone.",
        "{count} customers ({late}) are late by their own rhythm; {steady} are steady and {lost} are gone.",
        late,
        late=share(late / total),
        steady=share(people.get("stability", 0) / total),
        lost=share(people.get("lost", 0) / total),
    )


def _rhythm(found: Stages, words: Words) -> list[Sentence]:
    typical = known(found.rhythm.get("typical_gap_days"))
    said = words.t(
        "Nobody is judged by fixed days: somebody who comes every week is late after a fortnight, somebody who comes "
        "every quarter is not. Late means a silence so long, or visits so much rarer, that about {alpha} of those "
        "who stay are called so by mistake.",
        alpha=words.numbers.share(found.alpha),
    )
    if typical is None:
        return [said]
    return [
        said,
        words.n(
            "A typical gap in this shop is {count} day.", "A typical gap in this shop is {count} days.", round(typical)
        ),
    ]


def checked(found: Stages, words: Words) -> list[Sentence]:
    """How well the rule did on a later period, in words."""
    numbers, check = words.numbers, found.checked
    said = []
    if check.get("called") and "called_stayed_away_share" in check:
        said.append(
            words.n(
                "Checked on a later period of {days} days: "
                "of {count} customer then called declining or lost, {right} did stay away.",
                "Checked on a later period of {days} days: "
                "of {count} customers then called declining or lost, {right} did stay away.",
                round(check["called"]),
                days=numbers.count(check.get("later_days")),
                right=numbers.share(check["called_stayed_away_share"]),
            )
        )
    if "not_called_stayed_away_share" in check:
        said.append(
            words.t(
                "Of everybody else {share} did not come in that time either: for people who came only once, or come "
                "seldom, that is no alarm.",
                share=numbers.share(check["not_called_stayed_away_share"]),
            )
        )
    if "came_back_called_share" in check:
        said.append(
            words.t(
                "Of those who did come in that time, {wrong} had been called declining or lost by mistake.",
                wrong=numbers.share(check["came_back_called_share"]),
            )
        )
    if "window_coverage" in check:
        said.append(
            words.t(
                "Customers with a rhythm were given a window for their next visit, meant to be right for {meant} of "
                "them; it was right for {share}.",
                meant=numbers.share(0.9),
                share=numbers.share(check["window_coverage"], 1),
            )
        )
    return said
