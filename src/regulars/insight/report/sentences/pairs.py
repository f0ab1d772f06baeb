"""What sells together."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from regulars.insight.findings import Findings, Pairs
from regulars.insight.report.pictures.network import Arc, network
from regulars.insight.report.pictures.theme import HALF, WIDE
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.sentences.first import short, telling
from regulars.insight.report.sentences.names import LEVELS
from regulars.insight.report.words import Sentence, Words

Row = Mapping[str, object]
_MOST = 15
_DRAWN = 3  # so many pairs make a picture


def chapter(findings: Findings, words: Words) -> Chapter:
    """The strongest pairs, drawn and in figures, and where and when the first pair is stronger than elsewhere."""
    title, found = words.t("What sells together"), findings.pairs
    if found is None:
        return empty("pairs", title, findings.unsaid.get("pairs", ""), words)
    rows = significant(found)
    strong = {level: kept for level in LEVELS if (kept := [row for row in rows if row["level"] == level])}
    if not strong:
        return empty("pairs", title, "nothing-significant", words)
    first = telling(next(iter(strong.values())))
    return Chapter(
        "pairs",
        title,
        [_lead(first, found, words), *_where_and_when(first, found, words), *_counted(found, words)],
        shown={
            "pictures": _pictures(strong, found, words),
            "levels": [
                {"name": words.of(LEVELS, level), "rows": _shown(kept[:_MOST], found, words)}
                for level, kept in strong.items()
            ],
        },
    )


def significant(found: Pairs) -> list[Row]:
    """The pairs that chance does not explain, products first, then the strongest first, as the table has them."""
    return [row for row in found.table.to_pylist() if row["significant"]]


def _number(value: object) -> float:
    return float(str(value)) if value is not None else 0.0


def times(value: object, words: Words) -> str:
    """How many times what chance would bring: one decimal, none from a hundred on."""
    return words.numbers.decimal(_number(value), 0 if _number(value) >= 100 else 1)


def name(code: object, found: Pairs) -> str:
    """An item as a sentence names it."""
    return short(found.names.get(str(code)) or code)


def _lead(row: Row, found: Pairs, words: Words) -> Sentence:
    return words.t(
        "{left} and {right} were bought together in {both} baskets; by chance it would have been {chance}.",
        left=name(row["left"], found),
        right=name(row["right"], found),
        both=words.numbers.count(_number(row["baskets_both"])),
        chance=by_chance(row, words),
    )


def by_chance(row: Row, words: Words) -> str:
    """Baskets with both that popularity and the sizes of baskets alone would give."""
    expected = _number(row["baskets_expected"])
    return words.numbers.count(expected) if expected >= 10 else words.numbers.decimal(expected, 1)


def _counted(found: Pairs, words: Words) -> list[Sentence]:
    said = [
        words.n(
            "{baskets} baskets with {items} different products were looked at, and {count} pair; only pairs stay that "
            "chance does not explain even after so many comparisons.",
            "{baskets} baskets with {items} different products were looked at, and {count} pairs; only pairs stay that "
            "chance does not explain even after so many comparisons.",
            found.tested,
            baskets=words.numbers.count(found.baskets),
            items=words.numbers.count(found.items),
        )
    ]
    if found.sampled < 1:
        said.append(
            words.t(
                "These baskets are {share} of all, drawn by lot; numbers of baskets are of those drawn.",
                share=words.numbers.share(found.sampled),
            )
        )
    return said


def _where_and_when(row: Row, found: Pairs, words: Words) -> list[Sentence]:
    """Only what differs beyond chance; the rest is the play of small numbers."""

    def oftenest(rows: Sequence[Row]) -> Row | None:
        same = [r for r in rows if {r["left"], r["right"]} == {row["left"], row["right"]} and r["differs"]]
        return max(same, key=lambda r: _number(r["support"])) if len(same) > 1 else None

    said = []
    store, day = oftenest(found.by_store.to_pylist()), oftenest(found.by_weekday.to_pylist())
    if store is not None:
        said.append(
            words.t(
                "They go together most often in {store}, in {share} of baskets there.",
                store=short(store["store"]),
                share=words.numbers.share(_number(store["support"])),
            )
        )
    if day is not None:
        said.append(
            words.t(
                "By day of the week it is most often on {weekday}, in {share} of baskets.",
                weekday=words.numbers.weekday(int(str(day["weekday"]))),
                share=words.numbers.share(_number(day["support"])),
            )
        )
    return said


def _pictures(strong: Mapping[str, Sequence[Row]], found: Pairs, words: Words) -> list[tuple[Sentence, Markup]]:
    """A net of each level with enough pairs, or of all together where none has enough alone."""
    nets = [(words.of(LEVELS, level), rows[:_MOST]) for level, rows in strong.items() if len(rows) >= _DRAWN]
    together = [row for rows in strong.values() for row in rows]
    if not nets and len(together) >= _DRAWN:
        nets = [(words.t("Products and categories"), together)]
    return [(title, _net(rows, found, words, WIDE if len(nets) == 1 else HALF)) for title, rows in nets]


def _net(rows: Sequence[Row], found: Pairs, words: Words, wide: int) -> Markup:
    arcs = [
        Arc(
            str(row["left"]),
            str(row["right"]),
            _number(row["baskets_both"]),
            _number(row["times_expected"]),
            words.t("{times} ×", times=times(row["times_expected"], words)).plain,
        )
        for row in rows
    ]
    names = {item: name(item, found) for arc in arcs for item in (arc.left, arc.right)}
    pairs = words.t("; ").plain.join(f"{names[arc.left]} – {names[arc.right]}: {arc.said}" for arc in arcs)
    label = words.t("The strongest pairs and how many times chance: {pairs}", pairs=pairs)
    return network(arcs, names, label, wide=wide)


def _shown(rows: Sequence[Row], found: Pairs, words: Words) -> list[dict[str, object]]:
    widest = max(_number(row["times_expected"]) for row in rows) or 1
    return [
        {
            "left": name(row["left"], found),
            "right": name(row["right"], found),
            "baskets": words.numbers.count(_number(row["baskets_both"])),
            "chance": by_chance(row, words),
            "confidence": words.numbers.share(_number(row["confidence"])),
            "times": times(row["times_expected"], words),
            "width": f"{100 * _number(row['times_expected']) / widest:.1f}",
        }
        for row in rows
    ]
