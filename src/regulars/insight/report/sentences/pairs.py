"""What sells together."""

from collections.abc import Mapping, Sequence

from regulars.insight.findings import Findings, Pairs
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.sentences.first import short
from regulars.insight.report.sentences.names import LEVELS
from regulars.insight.report.words import Sentence, Words

Row = Mapping[str, object]
_MOST = 15
_READ = 20_000  # rows of the table looked at; it comes with the strongest first
_SIDE = 8  # items of the heat table


def chapter(findings: Findings, words: Words) -> Chapter:
    """The strongest pairs, a heat table of the commonest items, and where and when the first pair is strongest."""
    title, found = words.t("What sells together"), findings.pairs
    if found is None:
        return empty("pairs", title, findings.unsaid.get("pairs", ""), words)
    rows = found.table.slice(0, _READ).to_pylist()
    strong = {level: once([r for r in rows if r["level"] == level and r["significant"]]) for level in LEVELS}
    strong = {level: kept for level, kept in strong.items() if kept}
    if not strong:
        return empty("pairs", title, "nothing-significant", words)
    first = next(iter(strong.values()))[0]
    return Chapter(
        "pairs",
        title,
        [_lead(first, found, words), _tested(found, words), *_where_and_when(first, found, words)],
        shown={
            "levels": [
                {"name": words.of(LEVELS, level), "rows": _shown(kept[:_MOST], found, words)}
                for level, kept in strong.items()
            ],
            "heat": heat([r for r in rows if r["level"] == list(strong)[-1]], found, words),
        },
    )


def once(rows: Sequence[Row]) -> list[Row]:
    """Each pair in its more certain direction only, the strongest first."""
    kept: dict[frozenset[object], Row] = {}
    for row in rows:
        pair = frozenset((row["left"], row["right"]))
        if pair not in kept or _number(row["confidence"]) > _number(kept[pair]["confidence"]):
            kept[pair] = row
    return sorted(kept.values(), key=lambda row: (-_number(row["lift"]), -_number(row["support"]), str(row["left"])))


def _number(value: object) -> float:
    return float(str(value)) if value is not None else 0.0


def times(lift: object, words: Words) -> str:
    """How many times as often: one decimal, none from a hundred on."""
    return words.numbers.decimal(_number(lift), 0 if _number(lift) >= 100 else 1)


def _name(code: object, found: Pairs) -> str:
    return short(found.names.get(str(code)) or code)


def _lead(row: Row, found: Pairs, words: Words) -> Sentence:
    return words.t(
        "Who buys {left} also takes {right} in {confidence} of baskets, {lift} times as often as chance would have it.",
        left=_name(row["left"], found),
        right=_name(row["right"], found),
        confidence=words.numbers.share(_number(row["confidence"])),
        lift=times(row["lift"], words),
    )


def _tested(found: Pairs, words: Words) -> Sentence:
    return words.n(
        "Found in {baskets} baskets with {items} different products; {count} pair was tested, and only those stay that "
        "chance does not explain even after so many comparisons.",
        "Found in {baskets} baskets with {items} different products; {count} pairs were tested, and only those stay "
        "that chance does not explain even after so many comparisons.",
        found.tested,
        baskets=words.numbers.count(found.baskets),
        items=words.numbers.count(found.items),
    )


def _where_and_when(row: Row, found: Pairs, words: Words) -> list[Sentence]:
    def strongest(rows: Sequence[Row]) -> Row | None:
        same = [r for r in rows if {r["left"], r["right"]} == {row["left"], row["right"]} and r["lift"] is not None]
        return max(same, key=lambda r: _number(r["lift"])) if len(same) > 1 else None

    said = []
    store, day = strongest(found.by_store.to_pylist()), strongest(found.by_weekday.to_pylist())
    if store is not None:
        lift = times(store["lift"], words)
        said.append(words.t("The pair is strongest in {store} ({lift} times).", store=short(store["store"]), lift=lift))
    if day is not None:
        lift = times(day["lift"], words)
        weekday = words.numbers.weekday(int(str(day["weekday"])))
        said.append(
            words.t("By day of the week it is strongest on {weekday} ({lift} times).", weekday=weekday, lift=lift)
        )
    return said


def _shown(rows: Sequence[Row], found: Pairs, words: Words) -> list[dict[str, object]]:
    widest = max(_number(row["lift"]) for row in rows) or 1
    return [
        {
            "left": _name(row["left"], found),
            "right": _name(row["right"], found),
            "baskets": words.numbers.count(_number(row["baskets_both"])),
            "confidence": words.numbers.share(_number(row["confidence"])),
            "lift": times(row["lift"], words),
            "width": f"{100 * _number(row['lift']) / widest:.1f}",
        }
        for row in rows
    ]


def heat(rows: Sequence[Row], found: Pairs, words: Words) -> dict[str, object] | None:
    """The items with the most partners, against each other: lift where the pair is beyond chance.

    None where hardly any of them go together: a table of dots says nothing.
    """
    lifts = {frozenset((str(r["left"]), str(r["right"]))): _number(r["lift"]) for r in rows if r["significant"]}
    partners: dict[str, int] = {}
    for pair in lifts:
        for item in pair:
            partners[item] = partners.get(item, 0) + 1
    items = sorted(partners, key=lambda item: (-partners[item], item))[:_SIDE]
    inside = [lift for pair, lift in lifts.items() if pair <= set(items)]
    if len(items) < 3 or len(inside) < 1.5 * len(items):
        return None
    return {
        "items": [short(_name(item, found), 28) for item in items],
        "rows": [
            [
                {"lift": times(lift, words), "heat": f"{lift / max(inside):.3f}"} if lift else None
                for lift in (lifts.get(frozenset((left, right))) if left != right else None for right in items)
            ]
            for left in items
        ],
    }
