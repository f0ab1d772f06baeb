"""Cards: ranges of numbers, issuing, claiming, replacing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import look_anew
from regulars.members import intake, numbers
from regulars.members.errors import CardNotUsable, CardTaken, UnknownIdentifier, WrongCardRange
from regulars.members.keys import card_secret, keyring
from regulars.members.locks import lock_card, lock_card_ranges, lock_members
from regulars.members.models import Card, CardRange, Identifier, Member
from regulars.members.moves import MadeCard

MANY: Final = 1000  # written at once: tables have grown
_CARDS: Final = (
    "COPY members_card (id, organisation, range_id, serial, form, member_id, state, reason, level, issued_at,"
    " claimed_at) FROM STDIN"
)
_IDENTIFIERS: Final = (
    "COPY members_identifier (id, organisation, member_id, card_id, kind, source, sealed, key, blind, tail, recognises,"
    " state, reason, origin, effective_at, recorded_at) FROM STDIN"
)


@transaction.atomic
def make_range(
    *, organisation: UUID, programme: str, name: str, prefix: str, serial_digits: int, actor: Actor, at: datetime
) -> UUID:
    """Numbers for a programme's cards. Raises WrongCardRange."""
    length = len(prefix) + serial_digits + numbers.SIGNATURE + 1
    if not (prefix.isascii() and prefix.isdigit() and prefix[0] != "0"):
        raise WrongCardRange("A prefix is made of digits and does not begin with 0.", prefix=prefix)
    if serial_digits < 1 or not numbers.LENGTH_MIN <= length <= numbers.LENGTH_MAX:
        raise WrongCardRange(f"Its numbers would have {length} digits; 12 to 19 can be.", length=length)
    _refuse_overlap(prefix)
    row = CardRange(
        id=new_id(at),
        organisation=organisation,
        programme=programme,
        name=name,
        prefix=prefix,
        serial_digits=serial_digits,
        created_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as clash:
        raise WrongCardRange("Another range has this prefix.", prefix=prefix) from clash
    record([Deed("cards.range", typed("rng", row.id), after={"prefix": prefix, "digits": length})], actor=actor, at=at)
    return row.id


def _refuse_overlap(prefix: str) -> None:
    lock_card_ranges()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM members_card_range WHERE starts_with(prefix, %s) OR starts_with(%s, prefix) LIMIT 1",
            [prefix, prefix],
        )
        if cursor.fetchone():
            raise WrongCardRange("Another range's prefix begins like this one, or is its beginning.", prefix=prefix)


@transaction.atomic
def issue(
    range_id: UUID,
    count: int,
    *,
    organisation: UUID,
    form: str = "plastic",
    level: str = "",
    actor: Actor,
    at: datetime,
) -> list[MadeCard]:
    """Blank cards, which earn from their first use (`open_anonymous`) and are claimed later. 6 queries at most;
    100,000 take some seconds. Raises WrongCardRange."""
    made = _issue(range_id, [None] * count, organisation=organisation, form=form, level=level, at=at)
    after = {"count": count, "form": form, "level": level}
    record([Deed("cards.issue", typed("rng", range_id), after=after)], actor=actor, at=at)
    return made


@transaction.atomic
def issue_to(
    range_id: UUID,
    members: Sequence[UUID],
    *,
    organisation: UUID,
    form: str = "virtual",
    level: str = "",
    actor: Actor,
    at: datetime,
) -> list[MadeCard]:
    """A card for each of these members. Raises UnknownMember, MemberClosed, WrongCardRange."""
    now = lock_members(members, organisation=organisation)
    owners = [now[member].id for member in members]
    made = _issue(range_id, list(owners), organisation=organisation, form=form, level=level, at=at)
    deeds = [
        Deed("cards.issue", typed("crd", card.id), after={"member": typed("mbr", owner), "form": form, "level": level})
        for card, owner in zip(made, owners, strict=True)
    ]
    record(deeds, actor=actor, at=at)
    return made


def _issue(
    range_id: UUID, owners: Sequence[UUID | None], *, organisation: UUID, form: str, level: str, at: datetime
) -> list[MadeCard]:
    serials, found = _take_serials(range_id, len(owners), organisation)
    secret = card_secret()
    made = [
        MadeCard(new_id(at), numbers.number_of(found.prefix, serial, found.serial_digits, secret)) for serial in serials
    ]
    rows = zip(made, serials, owners, strict=True)
    with connection.cursor() as cursor:
        with cursor.copy(_CARDS) as copy:
            for card, serial, owner in rows:
                claimed = None if owner is None else at
                copy.write_row((card.id, organisation, range_id, serial, form, owner, "active", "", level, at, claimed))
        with cursor.copy(_IDENTIFIERS) as copy:
            for row in _identifier_rows(made, owners, organisation, at):
                copy.write_row(row)
    if len(made) >= MANY:
        look_anew("members_card", "members_identifier")
    return made


def _take_serials(range_id: UUID, count: int, organisation: UUID) -> tuple[range, CardRange]:
    assert count > 0
    CardRange.objects.filter(id=range_id, organisation=organisation).update(next_serial=F("next_serial") + count)
    found = CardRange.objects.filter(id=range_id, organisation=organisation).first()
    if found is None:
        raise WrongCardRange("There is no such range of card numbers.")
    if (left := 10**found.serial_digits - found.next_serial) < 0:
        raise WrongCardRange("The range has fewer numbers left.", asked=count, left=count + left)
    return range(found.next_serial - count, found.next_serial), found


def _identifier_rows(
    made: Sequence[MadeCard], owners: Sequence[UUID | None], organisation: UUID, at: datetime
) -> Iterator[tuple[object, ...]]:
    keys = keyring()
    for card, owner in zip(made, owners, strict=True):
        row = intake.sealed_identifier("card", "", card.number, organisation=organisation, keys=keys, at=at)
        found_by = (row.sealed, row.key, row.blind, row.tail, True)
        yield (row.id, organisation, owner, card.id, "card", "", *found_by, "active", "", "issue", at, at)


@transaction.atomic
def open_anonymous(card: UUID, *, organisation: UUID, source: str, actor: Actor, at: datetime) -> UUID:
    """The member behind a card, made without a name where nobody has claimed it, so that it earns from its first use.

    Asked twice, also at the same time, it is the same member. Raises UnknownIdentifier, CardNotUsable.
    """
    row = lock_card(card, organisation=organisation)
    refuse_unusable(row)
    if row.member_id is not None:
        return Member.objects.values_list("root_id", flat=True).get(id=row.member_id)
    member = Member(
        id=new_id(at),
        organisation=organisation,
        state="anonymous",
        source=source,
        enrolled_at=at,
        created_at=at,
    )
    member.root_id = member.id
    member.save(force_insert=True)
    _give(row, member.id, at)
    record([_deed("cards.open", row, {"member": typed("mbr", member.id)})], actor=actor, at=at)
    return member.id


@transaction.atomic
def claim(card: UUID, member: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """A member takes a blank card. One that has earned already is refused: merge its member into this one.

    Raises UnknownIdentifier, CardNotUsable, CardTaken, UnknownMember, MemberClosed.
    """
    owner = lock_members([member], organisation=organisation)[member]
    row = lock_card(card, organisation=organisation)
    refuse_unusable(row)
    if row.member_id is not None:
        holder = Member.objects.select_related("root").get(id=row.member_id).root
        if holder.id == owner.id:
            return
        merge = typed("mbr", holder.id) if holder.state == "anonymous" else ""
        raise CardTaken("The card is another member's, or has earned already.", anonymous_member=merge)
    _give(row, owner.id, at)
    record([_deed("cards.claim", row, {"member": typed("mbr", owner.id)})], actor=actor, at=at)


@transaction.atomic
def name_anonymous(member: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """An anonymous member says who it is: it keeps what it earned and its card; facts and identifiers are given with
    their own verbs. Raises UnknownMember, CardTaken where it is somebody's already."""
    if Member.objects.filter(id=member, organisation=organisation, state="anonymous").update(state="active") != 1:
        raise CardTaken("This member has said who it is already.", anonymous_member="")
    Card.objects.filter(member=member, claimed_at=None).update(claimed_at=at)
    record([Deed("members.name", typed("mbr", member), after={"state": "active"})], actor=actor, at=at)


@dataclass(frozen=True, slots=True)
class Replacement:
    """Why a card gives way to a new one: lost, stolen, replaced (worn, renamed) or upgraded (another tier)."""

    why: str
    reason: str = ""
    form: str = "plastic"
    level: str = ""
    range: UUID | None = None  # another one, as when a tier has numbers of its own


@transaction.atomic
def replace(card: UUID, change: Replacement, *, organisation: UUID, actor: Actor, at: datetime) -> MadeCard:
    """A new card in place of this one. Points, coupons and consents are the member's, so all of it carries over; the
    old number is refused from now on and says why. Raises UnknownIdentifier, CardNotUsable, WrongCardRange."""
    assert change.why in ("lost", "stolen", "replaced", "upgraded")
    row = lock_card(card, organisation=organisation)
    if row.replaced_by_id is not None or row.state == "ended":
        refuse_unusable(row)
    made = _issue(
        change.range or row.range_id,
        [row.member_id],
        organisation=organisation,
        form=change.form,
        level=change.level or row.level,
        at=at,
    )[0]
    _mark(row, change.why, change.reason, at)
    Card.objects.filter(id=row.id).update(replaced_by=made.id)
    after = {"why": change.why, "card": typed("crd", made.id), "level": change.level or row.level}
    record([_deed("cards.replace", row, after, change.reason)], actor=actor, at=at)
    return made


@transaction.atomic
def restore(card: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """The replacing of a card is taken back: it is good again, the one that took its place is ended. Raises
    UnknownIdentifier, CardNotUsable where it was not replaced, or the new one was replaced in its turn."""
    row = lock_card(card, organisation=organisation)
    if row.replaced_by_id is None:
        raise CardNotUsable("This card was not replaced.", state=row.state, reason=row.reason)
    new = lock_card(row.replaced_by_id, organisation=organisation)
    refuse_unusable(new)
    _mark(new, "ended", "", at)
    Card.objects.filter(id=row.id).update(state="active", reason="", ended_at=None, replaced_by=None)
    Identifier.objects.filter(card=row.id).update(state="active", reason="", ended_at=None)
    record([_deed("cards.restore", row, {"card": typed("crd", new.id)})], actor=actor, at=at)


@transaction.atomic
def block(card: UUID, *, organisation: UUID, why: str, reason: str, actor: Actor, at: datetime) -> None:
    """Refused from now on: lost, stolen or blocked, without a new one yet. Raises UnknownIdentifier, CardNotUsable."""
    assert why in ("lost", "stolen", "blocked")
    row = lock_card(card, organisation=organisation)
    refuse_unusable(row)
    _mark(row, why, reason, at)
    record([_deed("cards.block", row, {"why": why}, reason)], actor=actor, at=at)


@transaction.atomic
def unblock(card: UUID, *, organisation: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """A card that was found again, unless another took its place. Raises UnknownIdentifier, CardNotUsable."""
    row = lock_card(card, organisation=organisation)
    if row.replaced_by_id is not None or row.state not in ("lost", "stolen", "blocked"):
        raise CardNotUsable("A card that was replaced stays so.", state=row.state, reason=row.reason)
    before = row.state
    Card.objects.filter(id=row.id).update(state="active", reason="", ended_at=None)
    Identifier.objects.filter(card=row.id).update(state="active", reason="", ended_at=None)
    record([_deed("cards.unblock", row, {"was": before}, reason)], actor=actor, at=at)


def refuse_unusable(row: Card) -> None:
    """Raises CardNotUsable, which says why and what took its place."""
    if row.state != "active":
        successor = typed("crd", row.replaced_by_id) if row.replaced_by_id else ""
        raise CardNotUsable(f"This card is {row.state}.", state=row.state, reason=row.reason, replaced_by=successor)


def _give(row: Card, member: UUID, at: datetime) -> None:
    """The row is locked: nobody else gives it meanwhile."""
    Card.objects.filter(id=row.id).update(member=member, claimed_at=at)
    changed = Identifier.objects.filter(card=row.id, member=None).update(member=member)
    assert changed == 1


def _mark(row: Card, state: str, reason: str, at: datetime) -> None:
    Card.objects.filter(id=row.id).update(state=state, reason=reason, ended_at=at)
    changed = Identifier.objects.filter(card=row.id).update(state=state, reason=reason, ended_at=at)
    if changed != 1:
        raise UnknownIdentifier("Nobody here is recognised by that.")


def _deed(what: str, row: Card, after: dict[str, str], reason: str = "") -> Deed:
    return Deed(what, typed("crd", row.id), before={"state": row.state}, after=after, reason=reason)
