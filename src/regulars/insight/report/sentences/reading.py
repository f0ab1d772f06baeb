"""How the files were read: rows in = rows kept + rows refused, and what was understood."""

from collections.abc import Mapping, Sequence
from datetime import date

from regulars.insight.findings import Findings, Intake
from regulars.insight.report.sentences.chapter import Chapter
from regulars.insight.report.sentences.codes import ACCOUNTS, FIELDS, KINDS, LEFT_OUT, NOTES, REFUSALS
from regulars.insight.report.sentences.columns import why
from regulars.insight.report.sentences.first import short
from regulars.insight.report.words import Sentence, Words

_MOST = 30  # rows of any table here
_HEADINGS = 8  # of one field


def chapter(findings: Findings, words: Words) -> Chapter:
    """Everything a careful reader asks before believing the rest."""
    intake, shop, numbers = findings.intake, findings.shop, words.numbers
    said = [
        words.n(
            "{count} row was read: {kept} kept and {refused} refused.",
            "{count} rows were read: {kept} kept and {refused} refused.",
            intake.rows_read,
            kept=numbers.count(intake.rows_kept),
            refused=numbers.count(intake.rows_refused),
        )
    ]
    if intake.rows_refused:
        said.append(
            words.t("Each refused row is in {file} with its file, line, column and reason.", file="refused.csv")
        )
    if shop is not None and shop.anonymous_lines:
        said.append(_anonymous(shop.anonymous_lines, shop.anonymous_spend_minor, words))
    if intake.returns:
        said.append(_returns(intake, words))
    return Chapter(
        "reading",
        words.t("How your files were read"),
        said,
        shown={
            "kept_width": f"{100 * intake.rows_kept / max(intake.rows_read, 1):.2f}",
            "kept": numbers.share(intake.rows_kept / max(intake.rows_read, 1), None),
            "refused": _counted(intake.refused_by_reason, REFUSALS, words),
            "notes": _counted(_not_told(intake.notes, shop is not None), NOTES, words),
            "files": [_file(row, words) for row in intake.files[:_MOST]],
            "files_more": max(0, len(intake.files) - _MOST),
            "not_sales": [(short(row.get("name"), 120), _left_out(row, words)) for row in intake.not_sales[:_MOST]],
            "not_sales_more": max(0, len(intake.not_sales) - _MOST),
            "columns": understood(intake.columns, words),
            "set_aside": _set_aside(intake, words),
        },
    )


def _not_told(notes: Mapping[str, int], with_customers: bool) -> Mapping[str, int]:
    """Without what the sentences above say already, and count by goods only."""
    told = {"anonymous", "return"} if with_customers else set()
    return {code: count for code, count in notes.items() if code not in told}


def _anonymous(lines: int, spend_minor: int, words: Words) -> Sentence:
    return words.n(
        "{count} sale line names no customer ({money}); it is counted apart and not given to anybody.",
        "{count} sale lines name no customer ({money}); they are counted apart and not given to anybody.",
        lines,
        money=words.numbers.money_short(spend_minor),
    )


def _returns(intake: Intake, words: Words) -> Sentence:
    return words.n(
        "{count} line is a return; {matched} could be matched to the sale it takes back.",
        "{count} lines are returns; {matched} could be matched to the sale they take back.",
        intake.returns,
        matched=words.numbers.count(intake.returns_matched),
    )


def _counted(counts: Mapping[str, int], messages: dict[str, str], words: Words) -> list[tuple[Sentence, str]]:
    largest = sorted(counts, key=lambda code: (-counts[code], code))
    return [
        (words.of(messages, short(code, 120)), words.numbers.count(counts[code])) for code in largest if counts[code]
    ]


def _file(row: Mapping[str, object], words: Words) -> dict[str, str]:
    def count(name: str) -> str:
        value = row.get(name)
        return words.numbers.count(None if value is None else int(str(value)))

    refused = row.get("rows_refused", int(str(row.get("rows_read", 0))) - int(str(row.get("rows_kept", 0))))
    first, last = (_day(row.get(name), words) for name in ("first_on", "last_on"))
    return {
        "name": short(row.get("name"), 120),
        "read": count("rows_read"),
        "kept": count("rows_kept"),
        "refused": words.numbers.count(int(str(refused))),
        "days": words.t("{first} to {last}", first=first, last=last) if first and last else "",
    }


def _day(iso: object, words: Words) -> str:
    return words.numbers.day(date.fromisoformat(str(iso))) if iso else ""


def _left_out(row: Mapping[str, str], words: Words) -> Sentence:
    """By its kind where that is known, else by the code; else as reading put it."""
    kind, code = row.get("kind", ""), row.get("code", "")
    if kind in KINDS:
        return words.of(KINDS, kind)
    return words.of(LEFT_OUT, code if code in LEFT_OUT else short(row.get("looks_like", ""), 300))


def understood(columns: Sequence[Mapping[str, str]], words: Words) -> list[dict[str, object]]:
    """Field by field what was taken for it: headings taken for the same reason share a row."""
    files: dict[tuple[str, str], int] = {}
    headings: dict[tuple[str, str], list[str]] = {}
    for row in columns:
        key = str(row.get("field", "")), str(row.get("reason", ""))
        files[key] = files.get(key, 0) + 1
        seen = headings.setdefault(key, [])
        if (heading := str(row.get("heading", ""))) not in seen:
            seen.append(heading)
    order = list(FIELDS)
    keys = sorted(files, key=lambda key: (order.index(key[0]) if key[0] in order else len(order), key))
    return [
        {
            "field": words.of(FIELDS, key[0]),
            "headings": [short(heading) for heading in headings[key][:_HEADINGS]],
            "reason": short(why(key[1], words), 160),
            "files": words.n("{count} file", "{count} files", files[key]),
        }
        for key in keys[:_MOST]
    ]


def _set_aside(intake: Intake, words: Words) -> list[dict[str, object]]:
    if intake.set_aside is None:
        return []
    return [
        {
            "customer": short(row["customer"], 120),
            "reason": words.of(ACCOUNTS, str(row["reason"])),
            "lines": words.numbers.count(row["lines"]),
            "spend": words.numbers.money_short(row["spend_minor"]),
        }
        for row in intake.set_aside.slice(0, _MOST).to_pylist()
    ]
