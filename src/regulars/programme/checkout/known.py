"""What is read before purchases are decided: members, places, balances. Many purchases at once, few queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from regulars.access.gate import require_open
from regulars.access.moves import Places
from regulars.basics.ids import typed
from regulars.basics.periods import day_of
from regulars.journal.statements import column, run
from regulars.ledger.selectors import balances, kept_from_earning
from regulars.members.errors import UnknownMember
from regulars.members.selectors.sketches import Sketch, sketches
from regulars.programme import locks
from regulars.programme.book import Book, book_and_places
from regulars.programme.challenges.selectors import OptedIn, opted_in
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.families.moves import Families, Holding
from regulars.programme.families.reading import families
from regulars.programme.known import refuse_gone
from regulars.programme.ladders import LADDER
from regulars.programme.selectors.tiers import levels_then
from regulars.rules.conditions import Conditions
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion
from regulars.sales.moves import Place


class Visit(Protocol):
    """A purchase or an activity: who, where and when."""

    @property
    def place(self) -> Place: ...
    @property
    def member(self) -> UUID | None: ...
    @property
    def effective_at(self) -> datetime: ...


_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as rules know it."""

    merchant: str  # typed ids
    store: str
    zone: str  # the programme's
    store_zone: str


@dataclass(frozen=True, slots=True)
class Known:
    """Of one organisation, for purchases that are decided together."""

    book: Book
    here: Places
    sketches: Mapping[UUID, Sketch] = field(default_factory=dict)
    tiers: Mapping[tuple[UUID, datetime], Mapping[str, str]] = field(default_factory=dict)
    opted: Mapping[UUID, Sequence[OptedIn]] = field(default_factory=dict)  # where terms ask
    bought: Mapping[UUID, int] = field(default_factory=dict)  # kept purchases so far, where a rule asks
    available: Mapping[Holding, int] = field(default_factory=dict)
    families: Families = field(default_factory=Families)  # where somebody pays with the units of a household
    frozen: frozenset[UUID] = frozenset()  # who earns nothing for now: the bill is booked all the same
    _spots: dict[tuple[int, int, int], Spot] = field(default_factory=dict, compare=False, repr=False)

    @property
    def zones(self) -> Mapping[UUID, str]:
        return self.here.zones

    def refuse_closed(self, wanted: Iterable[Visit]) -> None:
        """Nothing new is booked where it is closed; what happened there before still is. Raises PlaceClosed."""
        if self.here.closed:
            for one in wanted:
                require_open(self.here, one.place.merchant, one.place.store, at=one.effective_at)

    def zone(self, place: Place) -> str:
        return self.zones.get(place.organisation, "UTC")

    def occasion(self, wanted: NewPurchase) -> Occasion:
        """The bill as the till told it."""
        spot = self._spot(wanted.place)
        return Occasion(
            at=wanted.effective_at,
            currency=wanted.currency,
            lines=tuple([one.line for one in wanted.lines]),
            merchant=spot.merchant,
            store=spot.store,
            channel=wanted.place.channel,
            zone=spot.zone,
            store_zone=spot.store_zone,
            tenders=wanted.tenders,
        )

    def _spot(self, place: Place) -> Spot:
        """Where it is, as rules know it. Places are few and come again with every bill."""
        merchant, store = place.merchant, place.store
        key = (place.organisation.int, merchant.int if merchant else 0, store.int if store else 0)
        found = self._spots.get(key)
        if found is None:
            where = store or merchant
            found = self._spots[key] = Spot(
                typed("mrc", merchant) if merchant else "",
                typed("str", store) if store else "",
                self.zone(place),
                self.zones.get(where, "") if where else "",
            )
        return found

    def facts(self, wanted: Visit) -> MemberFacts | None:
        """The member as rules see them then."""
        if wanted.member is None:
            return None
        sketch, opted = self.sketches[wanted.member], self.opted.get(wanted.member, ()) if self.opted else ()
        return MemberFacts(
            tiers=self.tiers.get((wanted.member, wanted.effective_at), {}) if self.tiers else {},
            segments=sketch.marks,
            tags=sketch.tags,
            joined_on=day_of(sketch.joined_at, self._spot(wanted.place).zone),
            birthday=sketch.birthday,
            purchases_before=self.bought.get(wanted.member) if self.bought else None,
            enrolled_in=frozenset([one.code for one in opted if one.holds(wanted.effective_at)]) if opted else _NOTHING,
        )


def read(wanted: Sequence[NewPurchase], *, organisation: UUID, at: datetime) -> Known:
    """As `people`, and who is frozen; one more query for each holder who pays with points or value, and six where some
    pay with the units of their households, which are locked."""
    holders = {owner for one in wanted for owner in _payers(one)}
    related = _families(wanted, at)
    available = {(owner, has.unit): has.available for owner in sorted(holders) for has in balances(owner, at=at)}
    available = related.available(at) | available
    found = people(wanted, organisation=organisation)
    frozen = kept_from_earning(found.sketches.keys(), at=at)
    return replace(found, available=available, families=related, frozen=frozen)


def people(wanted: Sequence[Visit], *, organisation: UUID) -> Known:
    """Four queries; two more where a rule asks who buys first, one where one asks who opted in. Raises MemberClosed,
    UnknownMember."""
    terms, here = book_and_places(organisation)
    members = {one.member for one in wanted if one.member is not None}
    found = sketches(members) if members else {}
    if len(found) < len(members):  # the import that made them was taken back while this purchase came
        raise UnknownMember("No member of this organisation has that id.", missing=len(members) - len(found))
    refuse_gone(found.values())
    return Known(
        terms,
        here,
        found,
        _levels(wanted, terms) if members and terms.versions(LADDER) else {},
        opted_in(found) if members and asks_who_opted_in(terms) else {},
        _bought(found) if members and asks_for_first(terms) else {},
    )


def asks_family(wanted: NewPurchase) -> bool:
    """Whether a part is paid with the units of a household."""
    return bool(wanted.points) and wanted.member is not None and any(one.family for one in wanted.points)


def _families(wanted: Sequence[NewPurchase], at: datetime) -> Families:
    asking = [one for one in wanted if asks_family(one)]
    if not asking:
        return Families()
    members = {one.member for one in asking if one.member is not None}
    return families(members, {part.unit for one in asking for part in one.points if part.family}, at=at, locked=True)


def _levels(wanted: Sequence[Visit], terms: Book) -> dict[tuple[UUID, datetime], dict[str, str]]:
    """The levels members have, or had at the purchase. One query; two more for late deliveries."""
    return levels_then({(one.member, one.effective_at) for one in wanted if one.member is not None}, terms=terms)


def _payers(wanted: NewPurchase) -> list[UUID]:
    members = [wanted.member] if wanted.points and wanted.member is not None else []
    return [*members, *(one.owner for one in wanted.value)]


def _bought(found: Mapping[UUID, Sketch]) -> dict[UUID, int]:
    """Purchases that were not wholly taken back, reserved ones among them; one at a time finds that there are none. Two
    queries."""
    locks.first_purchases(found.keys())
    groups = [(root, member) for root, sketch in found.items() for member in sketch.group]
    rows = run(
        "SELECT g.root, count(s.id) FROM unnest(%s::uuid[], %s::uuid[]) AS g(root, member)"
        " LEFT JOIN sales_sale s ON s.member = g.member AND s.state <> 'cancelled'"
        " AND (s.returned < s.amount - s.discount OR s.amount = s.discount) GROUP BY g.root",
        [column(root for root, _ in groups), column(member for _, member in groups)],
    )
    return dict(rows)


def asks_for_first(terms: Book) -> bool:
    """Whether any version looks at how often somebody has bought."""
    return any(conditions.who.first_purchase for one in terms.by_id.values() for conditions in _conditions(one.terms))


def asks_who_opted_in(terms: Book) -> bool:
    """Whether any version is for those alone who opted into something."""
    return any(conditions.who.enrolled_in for one in terms.by_id.values() for conditions in _conditions(one.terms))


def _conditions(terms: object) -> list[Conditions]:
    beside = [terms, getattr(terms, "offer", None)]
    beside += getattr(terms, "multipliers", ())
    found = [getattr(one, "conditions", None) for one in beside]
    return [one for one in found if isinstance(one, Conditions)]
