"""Value classes, who moved between them, and the RFM cells."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from regulars.insight.findings import Classes, Findings
from regulars.insight.report.pictures.flow import Link, alluvial, links
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.sentences.first import best_first
from regulars.insight.report.sentences.names import CLASSES
from regulars.insight.report.words import Sentence, Words

Rows = Sequence[Mapping[str, object]]


def chapter(findings: Findings, words: Words) -> Chapter:
    """Sizes, movement month by month, and where recency meets frequency."""
    title, found = words.t("Value classes, and who moved"), findings.classes
    if found is None:
        return empty("classes", title, findings.unsaid.get("classes", ""), words)
    names = {code: words.of(CLASSES, code).plain for code in CLASSES}
    rows = [row for row in best_first(found.table.to_pylist()) if row["customers"] or row["value_class"] != "prospect"]
    flow = found.flow.to_pylist()
    moved = movement(flow, words)
    return Chapter(
        "classes",
        title,
        [sentence for sentence in (_lead(rows, words), moved) if sentence],
        shown={
            "rule": _rule(found, words),
            "table": [_row(row, names, words) for row in rows],
            "flow": alluvial(flow, names, words, moved) if moved else None,
            "rfm": rfm(found.rfm.to_pylist(), words),
        },
    )


def _lead(rows: Rows, words: Words) -> Sentence | None:
    by_class = {row["value_class"]: row for row in rows}
    vip = by_class.get("vip")
    if vip is None or not vip["customers"]:
        return None
    count = int(str(vip["customers"]))
    return words.n(
        "{count} VIP brings {share} of the sales, {each} on average.",
        "{count} VIPs bring {share} of the sales, {each} each on average.",
        count,
        share=words.numbers.share(float(str(vip["spend_share"]))),
        each=words.numbers.money(int(str(vip["spend_minor"])) // count),
    )


def _rule(found: Classes, words: Words) -> Sentence:
    amounts = [words.numbers.money(amount) for amount in found.cut_offs_minor]
    days = found.window_days
    if not days:
        return words.t(
            "Judged by all spend ever: important from {important}, VIP from {vip}.",
            important=amounts[0],
            vip=amounts[1],
        )
    return words.n(
        "Judged by spend in the last {count} day: important from {important}, VIP from {vip}.",
        "Judged by spend in the last {count} days: important from {important}, VIP from {vip}.",
        days,
        important=amounts[0],
        vip=amounts[1],
    )


def _row(row: Mapping[str, object], names: Mapping[str, str], words: Words) -> dict[str, object]:
    share = float(str(row["spend_share"] or 0))
    code = str(row["value_class"])
    return {
        "name": names.get(code, code),
        "customers": words.numbers.count(int(str(row["customers"]))),
        "spend": words.numbers.money_short(int(str(row["spend_minor"] or 0))),
        "share": words.numbers.share(share),
        "width": max(0.0, min(100.0, 100 * share)),
    }


def movement(flow: Rows, words: Words) -> Sentence | None:
    """Who went up and who went down in the last month, and over all months known."""
    months = sorted({month for row in flow if isinstance(month := row["month"], date)})
    known = links(flow, months)
    if not known:
        return None
    last = [link for link in known if link.step == len(months) - 1]
    return words.n(
        "In the last month {up} customers moved up a class and {down} moved down.",
        "In the last month {up} customers moved up and {down} moved down; "
        "over {count} months {all_up} up and {all_down} down.",
        len(months),
        up=words.numbers.count(_people(last, "up")),
        down=words.numbers.count(_people(last, "down")),
        all_up=words.numbers.count(_people(known, "up")),
        all_down=words.numbers.count(_people(known, "down")),
    )


def _people(known: Sequence[Link], way: str) -> int:
    return sum(link.customers for link in known if link.way == way)


def rfm(rows: Rows, words: Words) -> list[list[dict[str, object]]]:
    """Five rows (frequency, best first) of five cells (recency, best last): people, and how warm to colour them."""
    people: dict[tuple[int, int], int] = defaultdict(int)
    money: dict[tuple[int, int], int] = defaultdict(int)
    for row in rows:
        cell = int(str(row["recency_score"])), int(str(row["frequency_score"]))
        people[cell] += int(str(row["customers"]))
        money[cell] += int(str(row["spend_minor"] or 0))
    highest = max(people.values(), default=0) or 1
    return [
        [
            {
                "some": people[recency, frequency] > 0,
                "customers": words.numbers.count(people[recency, frequency]),
                "money": words.numbers.money_short(money[recency, frequency]),
                "heat": f"{people[recency, frequency] / highest:.3f}",
            }
            for recency in range(1, 6)
        ]
        for frequency in range(5, 0, -1)
    ]
