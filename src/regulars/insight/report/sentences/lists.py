"""The lists a shop can act on: their first rows, with reasons in words."""

from collections.abc import Callable, Mapping
from datetime import date

from regulars.insight.findings import ActionList, Findings
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.sentences.first import short
from regulars.insight.report.sentences.names import CLASSES, LIST_MEANINGS, LISTS, MONEY_MEANINGS, STAGES
from regulars.insight.report.sentences.reasons import codes_of, reason
from regulars.insight.report.words import Words, mark

FIRST_ROWS = 20

# Facts worth a column on the page, most telling first. What is at stake is another thing in each list.
_SPENT = {"at_stake_minor": mark("Last year"), "value_class": mark("Class"), "last_on": mark("Last visit")}
FACTS: Mapping[str, Mapping[str, str]] = {
    "slipping": {
        "at_stake_minor": mark("At stake"),
        "value_class": mark("Class"),
        "last_on": mark("Last visit"),
    },
    "best": _SPENT,
    "rising": _SPENT,
    "retention": {"at_stake_minor": mark("Expected loss"), "last_on": mark("Last visit")},
    "prospects": {"at_stake_minor": mark("To be won a year"), "last_on": mark("Last visit")},
    "one_time": {"at_stake_minor": mark("Spent"), "last_on": mark("Last visit")},
    "lost": {"at_stake_minor": mark("A year, while here"), "last_on": mark("Last visit")},
}


def chapter(findings: Findings, words: Words) -> Chapter:
    """Each list with its first rows; the file beside the report has all of them."""
    title = words.t("Lists to act on")
    if not findings.lists:
        return empty(
            "lists", title, findings.unsaid.get("lists", "no-customers" if findings.shop is None else ""), words
        )
    order = list(LISTS)
    names = sorted(findings.lists, key=lambda name: (order.index(name) if name in order else len(order), name))
    lead = words.t("Each list is also a file beside this page, whole and ready for a spreadsheet or a mailing.")
    return Chapter("lists", title, (lead,), shown={"lists": [_shown(findings.lists[name], words) for name in names]})


def _shown(chosen: ActionList, words: Words) -> dict[str, object]:
    facts = FACTS.get(chosen.name, _SPENT)
    rows = chosen.table.slice(0, min(FIRST_ROWS, chosen.table.num_rows)).to_pylist()
    return {
        "name": chosen.name,
        "title": words.of(LISTS, chosen.name),
        "meaning": words.of(LIST_MEANINGS, chosen.name) if chosen.name in LIST_MEANINGS else "",
        "size": words.n("{count} customer", "{count} customers", chosen.customers),
        "money": words.numbers.money_short(chosen.at_stake_minor) if chosen.at_stake_minor > 0 else "",
        "money_is": words.of(MONEY_MEANINGS, chosen.name) if chosen.name in MONEY_MEANINGS else "",
        "file": f"lists/{chosen.name}.csv",
        "headings": [words.t(heading) for heading in facts.values()],
        "rows": [
            {
                "rank": row.get("rank", at),
                "customer": short(row.get("customer"), 80),
                "reasons": [reason(code, words) for code in codes_of(row)],
                "facts": [written(fact, row[fact], words) for fact in facts],
            }
            for at, row in enumerate(rows, 1)
        ],
        "more": max(0, chosen.customers - len(rows)),
    }


def written(fact: str, value: object, words: Words) -> str:
    """One cell as people read it."""
    if fact in _CODES:
        return words.of(dict(_CODES[fact]), str(value)).plain if value else words.numbers.decimal(None)
    if isinstance(value, date):
        return words.numbers.day(value)
    number = None if value is None else float(str(value))
    write: Callable[[float | None], str] = words.numbers.money if fact.endswith("_minor") else words.numbers.count
    return write(number)


_CODES: Mapping[str, Mapping[str, str]] = {"value_class": CLASSES, "stage": STAGES}
