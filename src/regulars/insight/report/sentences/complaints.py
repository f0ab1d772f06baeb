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
        [_lead(found, words), *_stopping(found, words), _talk(found, words)],
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
        },
    )


def _lead(found: ComplaintsFound, words: Words) -> Sentence:
    return words.n(
        "The {count} complaint of the last year puts {risk} at risk: {own} of the customers’ own custom, {others} of "
        "those they told.",
        "The {count} complaints of the last year put {risk} at risk: {own} of the customers’ own custom, {others} of "
        "those they told.",
        found.at_risk_complaints,
        risk=words.numbers.money_short(found.at_risk_minor),
        own=words.numbers.money_short(found.own_minor),
        others=words.numbers.money_short(found.told_minor),
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
            said.append(
                words.t(
                    "{group}: {share} bought nothing in the {days} days after; that is {more} points more than among "
                    "like customers without a complaint (95%: {low} to {high}).",
                    group=name,
                    share=words.numbers.share(group.stopped.value),
                    days=found.after_days,
                    more=words.numbers.decimal(round(100 * group.stopped_more.value), 0),
                    low=words.numbers.decimal(round(100 * group.stopped_more.low), 0),
                    high=words.numbers.decimal(round(100 * group.stopped_more.high), 0),
                )
            )
    return said


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


def _group(group: Group, words: Words) -> dict[str, object]:
    def points(found: Estimate | None) -> str:
        if found is None:
            return words.numbers.decimal(None)
        places = [words.numbers.decimal(round(100 * value), 0) for value in (found.value, found.low, found.high)]
        return "{} ({} – {})".format(*places)

    return {
        "name": words.of(dict(GROUPS), group.name),
        "complaints": words.numbers.count(group.complaints),
        "followed": words.numbers.count(group.followed),
        "stopped": words.numbers.share(group.stopped.value if group.stopped else None),
        "stopped_more": points(group.stopped_more),
        "less": words.numbers.share(group.less.value if group.less else None),
        "less_more": points(group.less_more),
        "more": words.numbers.share(group.more.value if group.more else None),
        "more_more": points(group.more_more),
        "told_20": words.numbers.share(group.told_20.value if group.told_20 else None),
    }
