"""Agents' commission among the terms, and what direct members spared by month."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.basics.periods import day_of, months_after, start_of
from regulars.journal.statements import run
from regulars.programme.book import book
from regulars.programme.moves import Version
from regulars.programme.terms import Problem, of_kind
from regulars.rules.commission import Commission

COMMISSION: Final = "commission"
MONTHS: Final = 12  # that are looked at, the present one among them
# Complete bills, without what was brought back.
_SUMS: Final = """
SELECT date_trunc('month', s.effective_at AT TIME ZONE %(zone)s)::date, s.currency, s.merchant, s.channel, count(*),
    count(s.member), sum(s.amount - s.discount - s.returned)::bigint,
    coalesce(sum(s.amount - s.discount - s.returned) FILTER (WHERE s.member IS NOT NULL), 0)::bigint
FROM sales_sale s WHERE s.organisation = %(organisation)s::uuid AND s.state = 'complete'
    AND s.effective_at >= %(since)s::timestamptz AND s.effective_at < %(until)s::timestamptz
GROUP BY 1, 2, 3, 4
"""
_MEMBERS: Final = """
SELECT m.root_id, count(*), sum(s.amount - s.discount - s.returned)::bigint AS paid FROM sales_sale s
JOIN members_member m ON m.id = s.member
WHERE s.organisation = %(organisation)s::uuid AND s.state = 'complete' AND s.channel = %(channel)s
    AND s.currency = %(currency)s AND s.effective_at >= %(since)s::timestamptz
    AND s.effective_at < %(until)s::timestamptz
GROUP BY 1 ORDER BY paid DESC, 1 LIMIT %(limit)s OFFSET %(offset)s
"""


def _check(terms: Commission, organisation: UUID) -> Iterator[Problem]:
    if not terms.agents:
        yield Problem("/agents", "Say what at least one agent takes.", "missing")
    for channel, permille in terms.agents.items():
        if not 0 < permille <= 1000:
            yield Problem(f"/agents/{channel}", "From 1 to 1000: 150 is fifteen percent.", "permille")
    for place, channel in enumerate(terms.direct):
        if channel in terms.agents:
            yield Problem(f"/direct/{place}", "A channel is an agent's or one's own.", "twice")
    if not terms.direct:
        yield Problem("/direct", "Say which channels are your own.", "missing")
    if terms.instead not in terms.agents:
        yield Problem("/instead", "One of the agents: members would have come through them.", "unknown")


of_kind(COMMISSION, Commission, check=_check)


@dataclass(slots=True)
class Channel:
    """What came through one channel in a month. Amounts are minor units, paid, less returns."""

    code: str
    agent: bool
    bills: int = 0
    of_members: int = 0
    revenue: int = 0
    revenue_of_members: int = 0
    commission: int = 0
    spared: int = 0


@dataclass(slots=True)
class Month:
    """A month in one currency."""

    begins_on: date
    currency: str
    channels: dict[str, Channel] = field(default_factory=dict)

    @property
    def commission(self) -> int:
        return sum(one.commission for one in self.channels.values())

    @property
    def spared(self) -> int:
        return sum(one.spared for one in self.channels.values())


@dataclass(frozen=True, slots=True)
class Sums:
    """What was sold in a part of a month under the same terms."""

    month: date
    currency: str
    merchant: UUID | None
    channel: str
    bills: int
    of_members: int
    revenue: int
    revenue_of_members: int


def first_terms(organisation: UUID, *, at: datetime) -> str:
    """The code of the terms about commissions; empty without any. No query where the book is known."""
    return min((one.code for one in book(organisation).versions(COMMISSION) if one.begins_at <= at), default="")


def months(organisation: UUID, *, zone: str, at: datetime) -> list[Month]:
    """The last twelve, newest first. One query for each time that terms were changed in them."""
    return added_up(organisation, sums(organisation, zone=zone, at=at))


def sums(organisation: UUID, *, zone: str, at: datetime) -> list[tuple[datetime, list[Sums]]]:
    """What was sold, by the moment from which the terms that held then held: in parts of months where they changed
    within one. A query for each part."""
    first = day_of(at, zone).replace(day=1)
    begun = start_of(months_after(first, 1 - MONTHS), zone)
    changes = {
        moment
        for one in book(organisation).versions(COMMISSION)
        for moment in (one.begins_at, one.ends_at)
        if moment is not None and begun < moment < at
    }
    moments = [begun, *sorted(changes), at + timedelta(microseconds=1)]
    found = []
    for since, until in pairwise(moments):
        asked = {"zone": zone, "organisation": organisation, "since": since, "until": until}
        found.append((since, [Sums(*row) for row in run(_SUMS, asked)]))
    return found


def added_up(organisation: UUID, parts: Sequence[tuple[datetime, Iterable[Sums]]]) -> list[Month]:
    """Commission is reckoned on the sum of a channel in a month, as agents settle; where terms changed within one, on
    each part. Channels that no terms name are left out."""
    found: dict[tuple[date, str], Month] = {}
    terms = book(organisation)
    for since, several in parts:
        holding = terms.at(COMMISSION, since)
        grouped: dict[tuple[date, str, str, str], list[Sums]] = {}
        for one in several:
            version = _of(one, holding)
            if version is not None:
                grouped.setdefault((one.month, one.currency, version.code, one.channel), []).append(one)
        by_code = {one.code: one.terms for one in holding}
        for (month, currency, code, channel), ones in grouped.items():
            whole = found.setdefault((month, currency), Month(month, currency))
            _add(whole, by_code[code], channel, ones)
    newest = sorted(found.values(), key=lambda one: (one.begins_on, one.currency), reverse=True)
    for whole in newest:
        whole.channels = dict(sorted(whole.channels.items(), key=lambda each: (not each[1].agent, each[0])))
    return newest


def _of(one: Sums, holding: Sequence[Version]) -> Version | None:
    """The terms of this merchant's sales; those that name it before those for all."""
    merchant = typed("mrc", one.merchant) if one.merchant else ""
    fits = [
        each
        for each in holding
        if (not each.terms.merchants or merchant in each.terms.merchants)
        and (one.channel in each.terms.agents or one.channel in each.terms.direct)
    ]
    return min(fits, key=lambda each: (not each.terms.merchants, each.code), default=None)


def _add(month: Month, terms: Commission, code: str, ones: Sequence[Sums]) -> None:
    channel = month.channels.setdefault(code, Channel(code, code in terms.agents))
    revenue, of_members = (sum(getattr(one, name) for one in ones) for name in ("revenue", "revenue_of_members"))
    channel.bills += sum(one.bills for one in ones)
    channel.of_members += sum(one.of_members for one in ones)
    channel.revenue += revenue
    channel.revenue_of_members += of_members
    channel.commission += terms.paid(code, revenue)
    channel.spared += terms.spared(code, of_members)


def members_of(
    organisation: UUID, month: date, channel: str, currency: str, *, zone: str, offset: int = 0, limit: int = 50
) -> list[tuple[UUID, int, int]]:
    """Who bought through a channel in a month: member, bills and what they paid; who paid most first. One query."""
    asked: Mapping[str, Any] = {
        "organisation": organisation, "channel": channel, "currency": currency, "since": start_of(month, zone),
        "until": start_of(months_after(month, 1), zone), "limit": limit, "offset": offset,
    }  # fmt: skip
    return [(member, bills, paid) for member, bills, paid in run(_MEMBERS, asked)]
