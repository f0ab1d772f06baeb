"""A member's code, and a friend who says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import choice
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from regulars.access.selectors import places
from regulars.basics.ids import new_id, typed
from regulars.basics.periods import day_of
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run
from regulars.members.selectors import group_of, roots
from regulars.members.selectors.sketches import Sketch, sketches
from regulars.programme import counters
from regulars.programme.book import book
from regulars.programme.errors import ReferralRefused
from regulars.programme.known import known_by, refuse_gone
from regulars.programme.models import Referral, ReferralCode
from regulars.programme.moves import Version
from regulars.programme.referrals.terms import REFERRAL
from regulars.rules.limits import Limit, Whose, sums_of
from regulars.rules.referrals import ReferralTerms

PREFIX: Final = "rfr"
LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is read wrongly
LENGTH: Final = 8  # 6.5e11 codes: guessing is of no use
ONCE: Final = Limit(1, also_by=("phone", "email"))  # a person is brought once, whatever membership they begin
_BOUGHT: Final = (
    "SELECT 1 FROM sales_sale WHERE member = ANY(%s::uuid[]) AND state = 'complete'"
    " AND (returned < amount - discount OR amount = discount) LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class NewReferral:
    """A friend says a code. `programme` is the code of the terms."""

    organisation: UUID
    friend: UUID  # a root
    shown: UUID
    code: str
    programme: str


@transaction.atomic
def code_for(member: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> str:
    """The code of a member: made when it is first asked for. Six queries. Raises MemberClosed."""
    found = code_of(member)
    if found is None:
        refuse_gone(sketches([member]).values())
    while found is None:
        text = "".join(choice(LETTERS) for _ in range(LENGTH))
        number = new_id(at)
        try:
            with transaction.atomic():
                ReferralCode.objects.create(id=number, organisation=organisation, code=text, member=member, made_at=at)
        except IntegrityError:  # somebody asked just now, or the code is somebody's
            found = code_of(member)
            continue
        record([Deed("referrals.code", typed("mbr", member))], actor=actor, at=at)
        found = text
    return found


def code_of(member: UUID) -> str | None:
    """Of a root: its own, else the first of those merged into it. Two queries."""
    group = group_of(member)
    rows = ReferralCode.objects.filter(member__in=group).order_by("made_at").values_list("member", "code")
    codes = dict(rows)
    return codes.get(member) or next(iter(codes.values()), None)


@transaction.atomic
def claim(wanted: NewReferral, *, actor: Actor, at: datetime) -> Referral:
    """Writes down who brought a friend. Said again it changes nothing. Raises ReferralRefused, MemberClosed."""
    version = book(wanted.organisation).one(REFERRAL, wanted.programme, at)
    if version is None:
        raise ReferralRefused("There is no such referral programme now.", why="no-programme")
    row = ReferralCode.objects.filter(organisation=wanted.organisation, code=wanted.code.strip().upper()).first()
    if row is None:
        raise ReferralRefused("Nobody has that code.", why="unknown-code")
    referrer = roots([row.member], organisation=wanted.organisation)[row.member]
    people = sketches([referrer, wanted.friend])
    refuse_gone([people[wanted.friend]])
    before = Referral.objects.filter(friend__in=people[wanted.friend].group, programme=wanted.programme).first()
    if before is not None:
        if before.referrer in people[referrer].group:
            return before
        raise ReferralRefused("Somebody else brought this member.", why="already-referred")
    by = known_by([referrer, wanted.friend], organisation=wanted.organisation)
    _refuse(version.terms, referrer, wanted.friend, people, by, _zone(wanted), at)
    return _write(wanted, version, row.member, by[wanted.friend], actor, at)


def _zone(wanted: NewReferral) -> str:
    return places().zones.get(wanted.organisation, "UTC")


def _refuse(
    terms: ReferralTerms,
    referrer: UUID,
    friend: UUID,
    people: dict[UUID, Sketch],
    by: dict[UUID, dict[str, tuple[str, ...]]],
    zone: str,
    at: datetime,
) -> None:
    """Raises ReferralRefused: nobody brings themselves, nor somebody who is here already."""
    known = [{text for texts in by.get(who, {}).values() for text in texts} for who in (referrer, friend)]
    if referrer == friend or known[0] & known[1]:
        raise ReferralRefused("Nobody brings themselves.", why="self")
    home = people[friend].household
    if not terms.same_household and home is not None and home == people[referrer].household:
        raise ReferralRefused("People of one household do not bring each other.", why="household")
    days = (day_of(at, zone) - day_of(people[friend].joined_at, zone)).days
    if terms.joined_within is not None and days > terms.joined_within:
        raise ReferralRefused("This member joined too long ago.", why="too-late", most_days=terms.joined_within)
    if run(_BOUGHT, [column(people[friend].group)]):
        raise ReferralRefused("This member has bought before.", why="has-bought")


def _write(
    wanted: NewReferral, version: Version, referrer: UUID, known: dict[str, tuple[str, ...]], actor: Actor, at: datetime
) -> Referral:
    """Raises ReferralRefused where this person was brought under an earlier membership."""
    number = new_id(at)
    whose = Whose(typed("mbr", wanted.friend), known_by=known)
    sums = sums_of(ONCE, f"{REFERRAL}/{wanted.programme}/brought", whose, at=at, zone="UTC")
    used = counters.lock(sums, organisation=wanted.organisation)
    if any(used.values()):
        raise ReferralRefused("This person was brought before.", why="already-referred")
    counters.take([counters.Take(one, number, 1, at, wanted.shown) for one in sums], organisation=wanted.organisation)
    made = Referral.objects.create(
        id=number, organisation=wanted.organisation, programme=wanted.programme, terms=version.id,
        referrer=referrer, friend=wanted.friend, claimed_at=at,
    )  # fmt: skip
    facts = {"member": typed("mbr", wanted.friend), "programme": wanted.programme}
    record([Deed("referrals.claim", typed(PREFIX, number), after=facts)], actor=actor, at=at)
    return made


def brought_by(member: UUID, *, limit: int = 100) -> Sequence[Referral]:
    """Whom a member brought, the latest first. Two queries."""
    return list(Referral.objects.filter(referrer__in=group_of(member)).order_by("-id")[:limit])
