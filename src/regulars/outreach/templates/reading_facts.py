"""The facts of many members at once, for what they are to be told: only the kinds that are asked for, a query each."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from regulars.access.models import Organisation
from regulars.access.selectors import places
from regulars.basics.periods import day_of
from regulars.journal.statements import column, run
from regulars.ledger.models import Unit
from regulars.ledger.selectors import spendable
from regulars.members.selectors.profiles import facts_of
from regulars.programme.book import book
from regulars.programme.coupons.lists import off, open_lists
from regulars.programme.coupons.wallet import told
from regulars.programme.models import Coupon
from regulars.programme.naming import words
from regulars.programme.selectors.tiers import levels_of
from regulars.rules.sentences.words import Language

Facts = dict[str, Any]
_NAMES: Final = ("given_name", "family_name", "full_name")
_MOST_COUPONS: Final = 20
# Somebody who signs up under such a name wants us to write their advertisement to others.
_ADVERTISES: Final = re.compile(r"[@/\\<>]|\w\.\w{2}|\d{5}", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Base:
    """What is known of every recipient, whatever is asked."""

    root: UUID
    language: str  # en or zh
    store: str
    joined_on: str


def bases(members: Collection[UUID]) -> dict[UUID, Base]:
    """By the ids that are asked, roots or not. One query."""
    rows = run(
        "SELECT x.id, m.id, m.language, coalesce(s.name, ''), m.enrolled_at, coalesce(o.zone, 'UTC')"
        " FROM members_member x JOIN members_member m ON m.id = x.root_id"
        " LEFT JOIN access_organisation o ON o.id = m.organisation LEFT JOIN access_store s ON s.id = m.store"
        " WHERE x.id = ANY(%s::uuid[])",
        [column(list(members))],
    )
    return {
        member: Base(root, "zh" if language.startswith("zh") else "en", store, day_of(joined, zone).isoformat())
        for member, root, language, store, joined, zone in rows
    }


def read(found: Sequence[Base], kinds: Collection[str], *, organisation: UUID, at: datetime) -> dict[UUID, Facts]:
    """By root: the kinds of facts that are asked for. At most 2 queries a kind."""
    told: dict[UUID, Facts] = {one.root: {"store": {"name": one.store}} for one in found}
    for one in found:
        told[one.root]["member"] = {"joined_on": one.joined_on}
    for kind, of in _KINDS.items():
        if kind in kinds:
            for root, value in of(list(told), organisation, at).items():
                told[root].setdefault(kind, {})
                told[root][kind] = {**told[root][kind], **value} if isinstance(value, dict) else value
    return told


def zone_of(organisation: UUID) -> ZoneInfo:
    return ZoneInfo(places().zones.get(organisation, "UTC"))


def last_day(until: datetime | None, zone: ZoneInfo) -> str:
    """The last day of what ends at a moment, the moment not included.

    >>> from datetime import UTC
    >>> last_day(datetime(2027, 1, 1, tzinfo=UTC), ZoneInfo("UTC")), last_day(None, ZoneInfo("UTC"))
    ('2026-12-31', '')
    """
    return (until - timedelta(microseconds=1)).astimezone(zone).date().isoformat() if until else ""


def organisation_name(organisation: UUID) -> str:
    """One query."""
    return Organisation.objects.filter(id=organisation).values_list("name", flat=True).first() or ""


def _members(roots: Sequence[UUID], organisation: UUID, at: datetime) -> Mapping[UUID, Any]:
    known = facts_of(roots, names=_NAMES)
    return {root: _named({name: str(fact.value) for name, fact in of.items()}) for root, of in known.items()}


def _named(names: Mapping[str, str]) -> dict[str, str]:
    """Names as they are said; one that is an advertisement is not.

    >>> _named({"full_name": "Ann Lee"})["first_name"], _named({"full_name": "王小明"})["name"]
    ('Ann', '王小明')
    >>> _named({"given_name": "Win at evil.example"})
    {'first_name': '', 'last_name': '', 'name': ''}
    """
    said = {name: "" if _ADVERTISES.search(text) else clean(text) for name, text in names.items()}
    first, last, whole = (said.get(name, "") for name in _NAMES)
    if not first and whole and not is_chinese(whole):
        first = whole.split()[0]
    spaced = f"{last}{first}" if is_chinese(last + first) else f"{first} {last}".strip()
    return {"first_name": first or whole, "last_name": last, "name": whole or spaced}


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def clean(text: str) -> str:
    """Without what moves the writing about: control characters, and marks that turn its direction.

    >>> clean("Ann\\r\\nBcc: bob@x.example"), clean("a\\u202eb")
    ('Ann Bcc: bob@x.example', 'ab')
    """
    kept = (" " if letter in "\r\n\t" else letter for letter in text if letter in "\r\n\t" or _shows(letter))
    return " ".join("".join(kept).split())


def _shows(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co") or letter in "\u200d\u200c"


def _tiers(roots: Sequence[UUID], organisation: UUID, at: datetime) -> Mapping[UUID, Any]:
    """On the first ladder by code."""
    terms = book(organisation)
    held = levels_of(roots, terms=terms, at=at)
    ladders = sorted({ladder for of in held.values() for ladder in of})
    if not ladders:
        return {}
    names = words(organisation, Language.ENGLISH, terms=terms).names["tier"]
    found = {}
    zone = zone_of(organisation)
    for root, of in held.items():
        if (one := of.get(ladders[0])) is not None:
            until = last_day(one.until, zone)
            name = names.get(f"{ladders[0]}/{one.level}", one.level)
            found[root] = {"code": one.level, "name": name, "until": until}
    return found


def _balances(roots: Sequence[UUID], organisation: UUID, at: datetime) -> Mapping[UUID, Any]:
    scales = dict(Unit.objects.values_list("code", "scale"))
    amounts: dict[UUID, dict[str, int]] = {root: dict.fromkeys(scales, 0) for root in roots}
    for one in spendable(roots, list(scales), at=at):
        if one.usable_from <= at:
            amounts[one.owner][one.unit] += one.amount
    return {root: {unit: written(amount, scales[unit]) for unit, amount in of.items()} for root, of in amounts.items()}


def written(amount: int, scale: int) -> str:
    """
    >>> written(1234567, 0), written(1234567, 2), written(-5, 2)
    ('1,234,567', '12,345.67', '-0.05')
    """
    whole, rest = divmod(abs(amount), 10**scale)
    return f"{'-' * (amount < 0)}{whole:,}" + (f".{rest:0{scale}d}" if scale else "")


def _coupons(roots: Sequence[UUID], organisation: UUID, at: datetime) -> Mapping[UUID, Any]:
    """The first to end first."""
    rows = run(
        "SELECT m.root_id, c.id FROM members_member m CROSS JOIN LATERAL (SELECT c.id, c.expires_at"
        " FROM programme_coupon c WHERE c.member = m.id AND c.organisation = %s::uuid"
        " AND c.state IN ('issued', 'reserved') AND c.list IS NULL"
        " AND (c.expires_at IS NULL OR c.expires_at > %s::timestamptz)"
        " ORDER BY c.expires_at NULLS LAST, c.id LIMIT %s::int) c WHERE m.root_id = ANY(%s::uuid[])"
        " ORDER BY m.root_id, c.expires_at NULLS LAST, c.id",
        [organisation, at, _MOST_COUPONS, column(list(roots))],
    )
    names = words(organisation, Language.ENGLISH, terms=book(organisation)).names["offer"]
    known = {one.id: one for one in told(Coupon.objects.filter(Q(id__in=[c for _, c in rows])), organisation, at)}
    zone = zone_of(organisation)
    found: dict[UUID, list[dict[str, str]]] = {root: [] for root in roots}
    for root, coupon in rows:
        one = known[coupon]
        until = last_day(one.expires_at, zone)
        found[root].append({"code": one.code or "", "name": names.get(one.series, one.series), "until": until})
    return found


def _lists(roots: Sequence[UUID], organisation: UUID, at: datetime) -> Mapping[UUID, Any]:
    """As they stand at this moment; what was taken off already is no offer any more."""
    zone = zone_of(organisation)
    nothing: dict[str, Any] = {"code": "", "until": "", "lines": []}
    found: dict[UUID, Any] = dict.fromkeys(roots, nothing)
    for root, one in open_lists(roots, organisation=organisation, at=at).items():
        lines = [
            {
                "name": clean(line.name),
                "off": off(line.version.terms.offer) if line.version is not None and not line.used else "",
                "until": last_day(line.expires_at, zone),
                "next_on": line.next_on.isoformat() if line.next_on else "",
            }
            for line in one.lines
        ]
        found[root] = {"code": one.code, "until": last_day(one.until, zone), "lines": lines}
    return found


_Reading = Callable[[Sequence[UUID], UUID, datetime], Mapping[UUID, Any]]
_KINDS: Final[Mapping[str, _Reading]] = {
    "member": _members,
    "tier": _tiers,
    "balances": _balances,
    "coupons": _coupons,
    "list": _lists,
}
