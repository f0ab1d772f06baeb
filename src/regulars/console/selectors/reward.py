"""The programme as its terms say it, in sentences; and who is where in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from regulars.access.models import Merchant
from regulars.console import kept
from regulars.console.desk import Desk
from regulars.console.forms_terms import Around, digest, numbers_of
from regulars.ledger.models import Unit
from regulars.programme.book import Book, book
from regulars.programme.models import Terms
from regulars.programme.moves import Version
from regulars.programme.naming import words
from regulars.programme.saying import sentence
from regulars.programme.selectors.rewards import catalogue
from regulars.programme.terms import kind as kind_of
from regulars.programme.terms import kinds
from regulars.rules.sentences.words import Language, Words


@dataclass(frozen=True, slots=True)
class Said:
    """A version with its sentence. `state`: now, coming, over."""

    version: Version
    sentence: str
    state: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The terms of a kind: what holds or is to come."""

    kind: str
    versions: Sequence[Said]


def named(desk: Desk, terms: Book) -> Words:
    """Three queries."""
    return words(desk.home, Language.CHINESE if desk.chinese else Language.ENGLISH, terms=terms)


def groups(desk: Desk) -> list[Group]:
    """Everything that holds now or is to come, by kind. Four queries."""
    terms = book(desk.home)
    said = named(desk, terms)
    found = []
    for name in kinds():
        listed = [
            one for one in terms.versions(name) if one.ends_at is None or one.ends_at > max(desk.at, one.begins_at)
        ]
        if listed:
            found.append(Group(name, [_said(one, said, desk) for one in listed]))
    return found


def versions(desk: Desk, kind: str, code: str) -> list[Said]:
    """All versions of a code, the newest first. Four queries."""
    terms = book(desk.home)
    said = named(desk, terms)
    return [_said(one, said, desk) for one in reversed(terms.versions(kind, code))]


def plain(version: Version) -> dict[str, Any]:
    """The document as it was published. One query."""
    found: dict[str, Any] = Terms.objects.get(id=version.id).document
    return found


def plain_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def numbers(
    desk: Desk, kind: str, document: dict[str, Any], data: Any = None, *, around: Around | None = None
) -> dict[str, Any]:
    """The fields of a document, and by what it is known whether it was left as it is. Three queries where there may be
    any and what they are made of is not known yet."""
    if kind not in ("earn", "ladder"):
        return {"numbers": None, "seen": ""}
    fields = numbers_of(kind, document, around or _around(desk), data)
    return {"numbers": fields, "seen": digest(plain_text(document))}


def _around(desk: Desk) -> Around:
    units = dict(Unit.objects.values_list("code", "name"))
    return around_of(desk, book(desk.home), units, [currency for _, _, currency in merchants(desk)])


def around_of(desk: Desk, terms: Book, units: Mapping[str, str], currencies: Sequence[str]) -> Around:
    levels = {
        f"{one.code}/{level.code}": level.name or level.code.capitalize()
        for one in terms.at("ladder", desk.at)
        for level in one.terms.levels
    }
    return Around(levels, units, currencies[0] if len(set(currencies)) == 1 else "")


def read_aloud(desk: Desk, kind: str, code: str, plain: dict[str, Any]) -> str:
    """What a document would promise. Four queries. Raises WrongTerms, UnknownTerms."""
    found = kind_of(kind).read(plain)
    terms = book(desk.home)
    return sentence(Version(UUID(int=0), kind, code, 0, desk.at, None, found), named(desk, terms))


def _said(one: Version, said: Words, desk: Desk) -> Said:
    over = one.ends_at is not None and one.ends_at <= desk.at
    state = "over" if over else "coming" if one.begins_at > desk.at else "now"
    return Said(one, sentence(one, said), state, str(getattr(one.terms, "name", "") or ""))


@dataclass(frozen=True, slots=True)
class Step:
    """A level, with how many are on it. `link`: how the list of members is asked for them."""

    code: str
    name: str
    members: int
    reach: Sequence[Any]
    lowest: bool


@dataclass(frozen=True, slots=True)
class LadderShown:
    """A ladder that holds."""

    version: Version
    sentence: str
    steps: Sequence[Step]
    total: int


def ladders(desk: Desk) -> list[LadderShown]:
    """Four queries, and two a ladder. Who nothing was counted of yet is on the lowest level."""
    terms = book(desk.home)
    said = named(desk, terms)
    found = []
    for one in terms.at("ladder", desk.at):
        counted, total = kept.counted_on(desk.home, one.code, desk.at), kept.members(desk.home, desk.at)
        lowest = one.terms.lowest
        steps = [
            Step(
                level.code, level.name or level.code.capitalize(),
                counted.get(level.code, 0) + (max(0, total - sum(counted.values())) if level.code == lowest else 0),
                level.reach, level.code == lowest,
            )
            for level in one.terms.levels
        ]  # fmt: skip
        found.append(LadderShown(one, sentence(one, said), steps, total))
    return found


@dataclass(frozen=True, slots=True)
class Series:
    """A series of coupons with how many are where."""

    said: Said
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def series(desk: Desk) -> list[Series]:
    """Five queries."""
    counts = kept.coupons(desk.home, desk.at)
    terms = book(desk.home)
    said = named(desk, terms)
    latest = {one.code: one for one in terms.versions("coupon-series")}
    return [Series(_said(one, said, desk), counts.get(code, {})) for code, one in latest.items()]


def rewards(desk: Desk) -> list[tuple[Said, int | None]]:
    """The catalogue with what is left of each. Five queries."""
    terms = book(desk.home)
    said = named(desk, terms)
    return [(_said(one, said, desk), left) for one, left in catalogue(terms, organisation=desk.home, at=desk.at)]


def merchants(desk: Desk) -> list[tuple[str, str, str]]:
    """Id, name and currency. One query."""
    from regulars.basics.ids import typed

    rows = Merchant.objects.filter(organisation=desk.home).order_by("name")
    return [(typed("mrc", one.id), one.name, one.currency) for one in rows]
