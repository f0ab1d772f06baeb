"""One member, as the page about them shows: each part from its room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F, Q

from regulars.access.rights import Right
from regulars.access.selectors import roles_at
from regulars.basics.ids import typed
from regulars.console.desk import Desk
from regulars.console.selectors.members import level_names
from regulars.console.selectors.names import called, names_of
from regulars.journal.moves import STAFF
from regulars.ledger.models import Freeze, Unit
from regulars.ledger.moves import Balance, LotLeft
from regulars.ledger.selectors import balances, freezes, lots
from regulars.members.errors import UnknownMember
from regulars.members.models import Card, Field, Member, Merge
from regulars.members.moves import KnownFact, KnownIdentifier
from regulars.members.selectors import profiles, roots
from regulars.members.selectors.consents import permissions_of
from regulars.members.selectors.settings import fields
from regulars.programme.book import Book, book
from regulars.programme.coupons.lists import ListLine, OpenList, off, open_lists
from regulars.programme.coupons.moves import Found as Coupon
from regulars.programme.coupons.wallet import wallet
from regulars.programme.goodwill.giving import allowances
from regulars.programme.goodwill.moves import Left
from regulars.programme.goodwill.terms import GOODWILL
from regulars.programme.models import Reset
from regulars.programme.moves_tiers import Entitled, TierTold
from regulars.programme.resets.terms import RESET
from regulars.programme.selectors.benefits import entitled
from regulars.programme.selectors.tiers import rows_now, tiers_told, with_beginners
from regulars.programme.standings import Row

SOON: Final = timedelta(days=60)
LATELY: Final = timedelta(days=90)
TAKEN_SHOWN: Final = 6
LOTS_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Tier:
    """Where they stand on a ladder, in words for a page."""

    name: str
    level: str
    until: datetime | None
    told: TierTold
    next_level: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A balance with its unit, and what of it expires soon."""

    unit: Unit
    balance: Balance
    soon: int
    soon_at: datetime | None


@dataclass(frozen=True, slots=True)
class CouponShown:
    """A coupon by its name."""

    coupon: Coupon
    name: str


@dataclass(frozen=True, slots=True)
class ListShown:
    """Their personal list that stands open: each product with what comes off it by itself."""

    list: OpenList
    lines: Sequence[tuple[ListLine, str, date | None]]


@dataclass(frozen=True, slots=True)
class Ending:
    """What expires at one instant."""

    expires_at: datetime
    unit: str
    remaining: int


@dataclass(frozen=True, slots=True)
class Known:
    """Everything the page shows beside the timeline."""

    id: UUID
    row: Member
    rows: tuple[Member, ...]  # theirs and of those that were merged into them
    name: str
    facts: Mapping[str, KnownFact]
    fields: Sequence[Field]
    identifiers: Sequence[KnownIdentifier]
    cards: Sequence[Card]
    tags: Sequence[str]
    consents: Sequence[tuple[str, str, bool]]
    household: Sequence[tuple[UUID, str]]
    merges: Sequence[tuple[Merge, str]]
    tiers: Sequence[Tier]
    held: Sequence[Held]
    lots: Sequence[Ending]
    notes: Sequence[tuple[UUID, str, str, datetime]]
    units: Mapping[str, Unit]
    coupons: Sequence[CouponShown]
    listed: ListShown | None
    frozen: Sequence[Freeze]
    benefits: Sequence[Entitled]  # where they work
    taken: Sequence[Reset]  # as the terms say, and what can be done about it
    terms: Book

    @property
    def group(self) -> list[UUID]:
        """All ids that lead here."""
        return [row.id for row in self.rows]


def root_of(member: UUID, desk: Desk) -> UUID:
    """Who this id is now. One query. Raises UnknownMember, for the erased too."""
    return roots([member], organisation=desk.home)[member]


def known(root: UUID, desk: Desk) -> Known:
    """Twenty-six queries at most, however much there is. Raises UnknownMember."""
    group = {row.id: row for row in Member.objects.filter(root=root, organisation=desk.home)}
    row = group[root]
    if row.state == "erased":
        raise UnknownMember("There is no such member.", missing=1)
    facts = profiles.facts_of([root])[root]
    terms = book(desk.home)
    reads, money = desk.may(Right.PROGRAMME_READ), desk.may(Right.LEDGER_READ)
    listed = {one.code: one for one in Unit.objects.all()} if money else {}
    ending = _ending(lots(root, at=desk.at)) if money else []
    rows = rows_now([root], terms=terms, at=desk.at) if reads else []
    return Known(
        id=root,
        row=row,
        rows=tuple(group.values()),
        name=called(facts),
        facts=facts,
        fields=fields(desk.home),
        identifiers=profiles.identifiers_of([root])[root],
        cards=list(Card.objects.filter(member__in=list(group)).order_by("-issued_at", "id")),
        tags=profiles.tags_of([root])[root],
        consents=[(channel, purpose, given) for (channel, purpose), given in sorted(permissions_of(root).items())],
        household=_household(row),
        merges=_merges(group),
        tiers=_tiers(row, rows, terms, desk) if reads else [],
        held=_held(root, ending, listed, desk.at) if money else [],
        lots=ending[:LOTS_SHOWN],
        notes=profiles.notes_of(root),
        units=listed,
        coupons=_coupons(root, terms, desk) if reads else [],
        listed=_listed(root, terms, desk) if reads else None,
        frozen=freezes(root, at=desk.at) if money else [],
        benefits=_benefits(row, rows, terms, desk) if reads else [],
        taken=_taken(list(group), terms, desk) if money else [],
        terms=terms,
    )


def may_give(desk: Desk, terms: Book) -> tuple[list[Left], list[str]]:
    """What the reader may still give today as goodwill, and for which reasons. Three queries at most."""
    if not desk.may_here(Right.GOODWILL_GIVE):
        return [], []
    roles = roles_at(STAFF, desk.holder.id, Right.GOODWILL_GIVE, desk.place, at=desk.at)
    left = allowances(desk.home, typed("stf", desk.holder.id), roles, at=desk.at, terms=terms)
    if not left:
        return [], []
    known_terms = [one.terms for one in terms.at(GOODWILL, desk.at) if one.code in roles]
    return left, list(dict.fromkeys(reason for terms in known_terms for reason in terms.reasons))


def _ending(left: Sequence[LotLeft]) -> list[Ending]:
    """What expires next; what ends together is one sum."""
    sums: dict[tuple[datetime, str], int] = {}
    for one in left:
        if one.expires_at is not None and one.remaining:
            sums[one.expires_at, one.unit] = sums.get((one.expires_at, one.unit), 0) + one.remaining
    return [Ending(when, unit, sums[when, unit]) for when, unit in sorted(sums)]


def _held(root: UUID, ending: Sequence[Ending], listed: Mapping[str, Unit], at: datetime) -> list[Held]:
    """`soon`: what ends at the first instant, as members read it on their own pages; not what follows it."""
    found = []
    for one in balances(root, at=at):
        first = next((end for end in ending if end.unit == one.unit and end.expires_at <= at + SOON), None)
        soon, soon_at = (first.remaining, first.expires_at) if first else (0, None)
        found.append(Held(listed[one.unit], one, soon, soon_at))
    return found


def _tiers(row: Member, rows: Sequence[Row], terms: Book, desk: Desk) -> list[Tier]:
    names = level_names(terms)
    told = tiers_told(row.id, organisation=desk.home, joined_at=row.enrolled_at, terms=terms, at=desk.at, rows=rows)
    return [
        Tier(
            one.name or one.ladder,
            names.get((one.ladder, one.shown.level), one.shown.level),
            one.shown.until,
            one,
            names.get((one.ladder, one.rise[0].level), one.rise[0].level) if one.rise else "",
        )
        for one in told
    ]


def _benefits(row: Member, rows: Sequence[Row], terms: Book, desk: Desk) -> list[Entitled]:
    """What the levels bring at this place. One query, none where they bring nothing."""
    everybody = with_beginners(rows, {row.id: row.enrolled_at}, organisation=desk.home, terms=terms, at=desk.at)
    found = entitled(everybody, terms=terms, at=desk.at, merchant=desk.merchant_text, store=desk.store_text)
    return found.get(row.id, [])


def _taken(group: Sequence[UUID], terms: Book, desk: Desk) -> list[Reset]:
    """What was taken lately, and what they ask back; the latest first. One query, none where no terms take anything."""
    if not terms.versions(RESET):
        return []
    rows = Reset.objects.filter(member__in=group).filter(Q(state="appealed") | Q(taken_at__gt=desk.at - LATELY))
    return list(rows.order_by("-id")[:TAKEN_SHOWN])


def _coupons(root: UUID, terms: Book, desk: Desk) -> list[CouponShown]:
    found = wallet(root, organisation=desk.home, at=desk.at, limit=20)
    return [CouponShown(one, terms.version(one.terms).terms.name or one.series) for one in found]


def _listed(root: UUID, terms: Book, desk: Desk) -> ListShown | None:
    """Two queries; none where there are no lists here."""
    one = open_lists([root], organisation=desk.home, terms=terms, at=desk.at).get(root)
    if one is None:
        return None
    return ListShown(
        one,
        [
            (line, off(line.version.terms.offer) if line.version else "", one.ahead(line, desk.zone))
            for line in one.lines
        ],
    )


def _household(row: Member) -> list[tuple[UUID, str]]:
    if row.household_id is None:
        return []
    others = Member.objects.filter(household=row.household_id, root=F("id")).exclude(id=row.id).order_by("id")
    ids = list(others.values_list("id", flat=True)[:12])
    named = names_of(ids)
    return [(one, named[one]) for one in ids]


def _merges(group: Mapping[UUID, Member]) -> list[tuple[Merge, str]]:
    if len(group) == 1:
        return []
    found = list(Merge.objects.filter(other__in=list(group), undone_at=None).order_by("-merged_at"))
    return [(one, typed("mbr", one.other_id)) for one in found]
