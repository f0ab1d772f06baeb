"""What complaints cost."""

from collections.abc import Mapping

from regulars.insight.complaints.found import ComplaintsFound, Group
from regulars.insight.findings import Findings
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.sentences.first import short
from regulars.insight.report.words import Sentence, Words, mark
from regulars.insight.survey.found import Estimate

GROUPS: Mapping[str, str] = {
    "content": mark("Content with the answer"),
    "discontent": mark("Not content with the answer"),
}
_QUEUE = 10


def chapter(findings: Findings, words: Words) -> Chapter:
    """`findings.complaints` is the ComplaintsFound; None with its reason in `unsaid["complaints"]`."""
    found: ComplaintsFound | None = getattr(findings, "complaints", None)
    if found is None:
        return empty("complaints", words.t("What complaints cost"), findings.unsaid.get("complaints", ""), words)
    return told(found, words)


def told(found: ComplaintsFound, words: Words) -> Chapter:
    """The chapter of one file of complaints, which also stands on a page of its own."""
    return Chapter(
        "complaints",
        words.t("What complaints cost"),
        [_lead(found, words), *_stopping(found, words), _talk(found, words), *_left_out(found, words)],
        shown={
            "groups": [_group(group, words) for group in found.groups.values()],
            "topics": [
                {
                    "about": short(row["about"]),
                    "complaints": words.numbers.count(row["complaints"]),
                    "share": words.numbers.share(row["discontent_share"]),
                }
                for row in found.topics.to_pylist()
            ],
            "open": found.queue_basis == "open",
            "queue": [
                {
                    "customer": row["customer"],
                    "day": words.numbers.day(row["complained_on"]),
                    "about": short(row["about"] or ""),
                    "risk": words.numbers.money(row["at_risk_minor"]),
                }
                for row in found.queue.slice(0, _QUEUE).to_pylist()
            ],
            "days": found.after_days,
            "all": words.n(
                "The money is that of the last year; all else counts the {count} complaint of the file.",
                "The money is that of the last year; all else counts all {count} complaints of the file.",
                found.complaints,
            ),
        },
    )


def _lead(found: ComplaintsFound, words: Words) -> Sentence:
    money = words.numbers.money_short
    values = {
        "risk": money(found.at_risk_minor),
        "own": money(found.own_minor),
        "low": money(found.own_low_minor),
        "high": money(found.own_high_minor),
        "others": money(found.told_minor),
    }
    if found.value_basis == "clv":
        return words.n(
            "The {count} complaint of the last year puts {risk} at risk: {own} (95%: {low} to {high}) that the "
            "customer would still spend, and {others} of those they told.",
            "The {count} complaints of the last year put {risk} at risk: {own} (95%: {low} to {high}) that these "
            "customers would still spend, and {others} of those they told.",
            found.at_risk_complaints,
            **values,
        )
    return words.n(
        "The {count} complaint of the last year puts {risk} a year at risk: {own} (95%: {low} to {high}) that the "
        "customer spent, and {others} of those they told.",
        "The {count} complaints of the last year put {risk} a year at risk: {own} (95%: {low} to {high}) that these "
        "customers spent, and {others} of those they told.",
        found.at_risk_complaints,
        **values,
    )


def _stopping(found: ComplaintsFound, words: Words) -> list[Sentence]:
    said = []
    for group in found.groups.values():
        name = words.of(dict(GROUPS), group.name)
        if group.stop_source == "borrowed":
            said.append(
                words.t(
                    "{group}: too few own cases, so a published figure is borrowed: {share} stop buying because of it.",
                    group=name,
                    share=words.numbers.share(group.stop_used),
                )
            )
        elif group.stopped is not None and group.stopped_more is not None:
            said.append(_stopped(name, group.stopped, group.stopped_more, found.after_days, words))
    return said


def _stopped(name: Sentence, share: Estimate, more: Estimate, days: int, words: Words) -> Sentence:
    values = {
        "group": name,
        "share": words.numbers.share(share.value),
        "like": words.numbers.share(min(1.0, max(0.0, share.value - more.value))),
        "days": days,
        "low": _points(more.low, words),
        "high": _points(more.high, words),
    }
    if more.low <= 0 <= more.high:
        return words.t(
            "{group}: {share} bought nothing in the {days} days after, of like customers without a complaint {like}. "
            "That cannot be told from chance (difference in points, 95%: {low} to {high}).",
            **values,
        )
    return words.t(
        "{group}: {share} bought nothing in the {days} days after, of like customers without a complaint {like} "
        "(difference in points, 95%: {low} to {high}).",
        **values,
    )


def _talk(found: ComplaintsFound, words: Words) -> Sentence:
    """The one assumption in the money, said as one."""
    content, discontent = found.groups["content"], found.groups["discontent"]
    values = {
        "content": words.numbers.decimal(content.told_used, 1),
        "discontent": words.numbers.decimal(discontent.told_used, 1),
        "lost": words.numbers.share(found.lost_per_told),
    }
    if "borrowed" in (content.told_source, discontent.told_source):
        return words.t(
            "People told: {content} by the content, {discontent} by the others (published figures where own answers "
            "are few). That {lost} of those told are lost is an assumption.",
            **values,
        )
    return words.t(
        "The content told {content} people each, the others {discontent}. That {lost} of those told are lost is an "
        "assumption.",
        **values,
    )


def _left_out(found: ComplaintsFound, words: Words) -> list[Sentence]:
    """What of the file counts for nothing, so that nothing is lost in silence."""
    counts = found.left_out
    said = []
    if found.unlinked:
        said.append(
            words.n(
                "{count} complaint is of nobody in the sales: is the customer number written as there?",
                "{count} complaints are of nobody in the sales: are the customer numbers written as there?",
                found.unlinked,
            )
        )
    if counts.get("no-day"):
        said.append(
            words.n(
                "{count} complaint has no day that can be read and is left out.",
                "{count} complaints have no day that can be read and are left out.",
                counts["no-day"],
            )
        )
    if counts.get("after-cut-off"):
        said.append(
            words.n(
                "{count} complaint is later than the last sale known and is left out.",
                "{count} complaints are later than the last sale known and are left out.",
                counts["after-cut-off"],
            )
        )
    if counts.get("repeated"):
        said.append(
            words.n(
                "{count} row repeats another and was left out.",
                "{count} rows repeat another and were left out.",
                counts["repeated"],
            )
        )
    return said


def _followed(group: Group, words: Words) -> list[dict[str, object]]:
    """What the group did beside what like customers did; nothing where nobody could be followed."""
    rows: list[dict[str, object]] = []
    for name, share, more in (
        (words.t("bought nothing more"), group.stopped, group.stopped_more),
        (words.t("bought less"), group.less, group.less_more),
        (words.t("bought more"), group.more, group.more_more),
    ):
        if share is None or more is None:
            continue
        rows.append(
            {
                "name": name,
                "share": words.numbers.share(share.value),
                "like": words.numbers.share(min(1.0, max(0.0, share.value - more.value))),
                "difference": _points(more.value, words),
                "range": words.t("{low} to {high}", low=_points(more.low, words), high=_points(more.high, words)).plain,
            }
        )
    return rows


def _group(group: Group, words: Words) -> dict[str, object]:
    return {
        "name": words.of(dict(GROUPS), group.name),
        "complaints": words.n("{count} complaint", "{count} complaints", group.complaints),
        "followed": words.t("{count} of them followed", count=words.numbers.count(group.followed)),
        "told_20": words.t("{share} told 20 people or more", share=words.numbers.share(group.told_20.value))
        if group.told_20
        else "",
        "rows": _followed(group, words),
    }


def _points(share: float, words: Words) -> str:
    """Percentage points, whole; no minus before a nought."""
    return words.numbers.decimal(round(100 * share) + 0.0, 0)
