"""What rows bring is written by the rooms' own verbs, many at once. Where those refuse, the rows are halved until it is
found which one it was, so that one member who may not earn costs nobody else anything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.errors import RegularsError
from regulars.journal.moves import Actor
from regulars.journal.statements import column, run
from regulars.ledger.moves import Holder, House, Posting
from regulars.ledger.services import post
from regulars.ledger.words import Kind as Transfer
from regulars.ledger.words import Role, UnitKind
from regulars.members.errors import WrongIdentifier
from regulars.members.identifying import normal
from regulars.members.moves import NewIdentifier, Presented
from regulars.members.selectors import recognise_all
from regulars.members.services import identifiers
from regulars.programme.coupons import codes, finding
from regulars.programme.coupons.moves import OldCode
from regulars.programme.models import Given
from regulars.programme.moves_tiers import NewLevel
from regulars.programme.moving.known import SCOPE, Known, source_of
from regulars.programme.moving.moves import Card, Coupon, Kind, Lot, Outcome, Pending, Row, Tier
from regulars.programme.services.coupons_issuing import take_over
from regulars.programme.services.levels import give_levels
from regulars.rules.tiers.standing import Because

Wanted = tuple[Row, UUID | None]  # a row that was found right, and whose it is
Doing = Callable[[Sequence[Wanted], "Writing"], list[Outcome]]


@dataclass(frozen=True, slots=True)
class Writing:
    """What all rows of a batch have in common."""

    name: str
    known: Known
    actor: Actor
    at: datetime

    @property
    def source(self) -> str:
        return source_of(self.known.organisation, self.name)


def write(wanted: Sequence[Wanted], writing: Writing) -> list[Outcome]:
    """In the order of the rows. A fixed number of queries for each kind, more where something is refused."""
    found: dict[int, Outcome] = {}
    for kind, doing in _DOING.items():
        places = [place for place, (row, _) in enumerate(wanted) if row.kind == kind]
        outcomes = _halved([wanted[place] for place in places], writing, doing) if places else []
        found |= dict(zip(places, outcomes, strict=True))
    return [found[place] for place in range(len(wanted))]


def _halved(wanted: Sequence[Wanted], writing: Writing, doing: Doing) -> list[Outcome]:
    try:
        with transaction.atomic():
            return doing(wanted, writing)
    except RegularsError as refusal:
        if len(wanted) == 1:
            return [Outcome(reason=refusal.code)]
    half = len(wanted) // 2
    return _halved(wanted[:half], writing, doing) + _halved(wanted[half:], writing, doing)


def _post(wanted: Sequence[Wanted], writing: Writing) -> list[Outcome]:
    """Raises what the ledger refuses."""
    postings = [_posting(row, member, writing) for row, member in wanted]
    return [Outcome(one.id) for one in post(postings, actor=writing.actor, at=writing.at)]


def _posting(row: Row, member: UUID | None, writing: Writing) -> Posting:
    """Paid value was sold once, everything else was given; both out of the house's opening account."""
    one = row.brings
    assert isinstance(one, Lot | Pending)
    assert member is not None
    assert one.amount is not None
    paid = writing.known.units[one.unit].kind == UnitKind.PAID
    house = House(Role.SOLD if paid else Role.ISSUED, SCOPE)
    kind, taker = Transfer.LOAD if paid else Transfer.EARN, Holder(member)
    if isinstance(one, Pending):
        kind, taker = Transfer.EARN, Holder(member, Role.PENDING)
    return Posting(
        kind,
        one.unit,
        one.amount,
        house,
        taker,
        effective_at=one.earned_at,
        source=writing.source,
        external_id=f"{row.file}/{row.line}",
        starts_at=one.starts_at if isinstance(one, Lot) else None,
        expires_at=one.expires_at,
        validity=one.validity if isinstance(one, Pending) else "",
        activates_at=one.activates_at if isinstance(one, Pending) else None,
        cancels_at=one.cancels_at if isinstance(one, Pending) else None,
        reason=one.reason or "moved-in",
        funder=one.funder if isinstance(one, Lot) else "",
    )


def _give_levels(wanted: Sequence[Wanted], writing: Writing) -> list[Outcome]:
    """Raises WrongLevel."""
    levels = [_level(row, member, writing) for row, member in wanted]
    give_levels(levels, organisation=writing.known.organisation, moving_in=True, actor=writing.actor, at=writing.at)
    made = dict(
        Given.objects.filter(
            organisation=writing.known.organisation, source=writing.source,
            external_id__in=[one.external_id for one in levels],
        ).values_list("external_id", "id")
    )  # fmt: skip
    return [Outcome(made[one.external_id]) for one in levels]


def _level(row: Row, member: UUID | None, writing: Writing) -> NewLevel:
    one = row.brings
    assert isinstance(one, Tier)
    assert member is not None
    begins_at = one.since if one.since is not None and (one.ends_at or one.for_ever) else writing.at
    return NewLevel(
        member, one.ladder, one.level, Because.SET, begins_at, one.ends_at, for_ever=one.for_ever,
        reason=one.reason or "moved in", source=writing.source, external_id=f"{row.file}/{row.line}",
    )  # fmt: skip


def _add_cards(wanted: Sequence[Wanted], writing: Writing) -> list[Outcome]:
    """A number that leads to its member already is there; one that leads to another is refused. Raises what `members`
    refuses."""
    organisation = writing.known.organisation
    presented = [_presented(row) for row, _ in wanted]
    before = recognise_all(presented, organisation=organisation)
    found: list[Outcome | None] = []
    fresh: dict[str, tuple[UUID, NewIdentifier]] = {}
    for (_, member), one, there in zip(wanted, presented, before, strict=True):
        assert member is not None
        plain = _plain(one)
        if plain is None:
            found.append(Outcome(reason="wrong-number"))
        elif there is not None:
            found.append(Outcome(there.identifier, again=True) if there.member == member else _TAKEN)
        elif plain in fresh:
            found.append(Outcome(reason="number-twice"))
        else:
            fresh[plain] = (member, NewIdentifier("external", one.value, one.source))
            found.append(None)
    made = iter(_added(list(fresh.values()), writing))
    return [one or Outcome(next(made)) for one in found]


_TAKEN: Final = Outcome(reason="number-taken")


def _added(fresh: Sequence[tuple[UUID, NewIdentifier]], writing: Writing) -> list[UUID]:
    if not fresh:
        return []
    return identifiers.add(
        fresh, organisation=writing.known.organisation, source=f"move-in {writing.name}", effective_at=writing.at,
        actor=writing.actor, at=writing.at,
    )  # fmt: skip


def _presented(row: Row) -> Presented:
    assert isinstance(row.brings, Card)
    return Presented("external", row.brings.number, row.brings.source)


def _plain(one: Presented) -> str | None:
    try:
        return f"{one.source}\0{normal(one.kind, one.value)}"
    except WrongIdentifier:
        return None


def _take_over_coupons(wanted: Sequence[Wanted], writing: Writing) -> list[Outcome]:
    """Codes that are there already are refused, so are texts that would be read as codes of Regulars' own. Raises what
    coupons refuse."""
    organisation = writing.known.organisation
    key = finding.secret(organisation)
    marks = [finding.mark(_coupon(row).code, key) for row, _ in wanted]
    there = {
        bytes(mark)
        for (mark,) in run(
            "SELECT mark FROM programme_coupon WHERE organisation = %s AND mark = ANY(%s::bytea[])",
            [organisation, column(marks)],
        )
    }
    found: dict[int, Outcome] = {}
    for place, ((row, _), mark) in enumerate(zip(wanted, marks, strict=True)):
        text = codes.normal(_coupon(row).code)
        if len(text) < 3 or codes.read(text, key) is not None:
            found[place] = Outcome(reason="wrong-code")
        elif mark in there:
            found[place] = Outcome(reason="code-taken")
        there.add(mark)
    fresh = [(place, row, member) for place, (row, member) in enumerate(wanted) if place not in found]
    for series, some in groupby(sorted(fresh, key=_series), key=_series):
        found |= _taken_over(series, list(some), writing)
    return [found[place] for place in range(len(wanted))]


def _taken_over(series: str, some: Sequence[tuple[int, Row, UUID | None]], writing: Writing) -> Mapping[int, Outcome]:
    old = [_old(_coupon(row), member) for _, row, member in some]
    issued = take_over(
        series, old, organisation=writing.known.organisation, actor=writing.actor, at=writing.at
    )  # fmt: skip
    return {place: Outcome(made.id) for (place, _, _), made in zip(some, issued.coupons, strict=True)}


def _old(one: Coupon, member: UUID | None) -> OldCode:
    assert one.uses is not None
    return OldCode(one.code, one.uses, member, one.expires_at)


def _coupon(row: Row) -> Coupon:
    assert isinstance(row.brings, Coupon)
    return row.brings


def _series(one: tuple[int, Row, UUID | None]) -> str:
    return _coupon(one[1]).series


# In this order, so that all writers lock in one: people, coupons, accounts, standings.
_DOING: Final[Mapping[Kind, Doing]] = {
    Kind.CARD: _add_cards,
    Kind.COUPON: _take_over_coupons,
    Kind.LOT: _post,
    Kind.PENDING: _post,
    Kind.TIER: _give_levels,
}
assert set(_DOING) == set(Kind)
