"""Cards: numbers, issued, claimed, replaced, blocked, and the changing code that a member shows."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import Asking, CardId, MemberId, Moment, RangeId, Telling, Text, Word
from regulars.api.keys import Request
from regulars.api.places import organisation, whole_organisation
from regulars.api.routes.people import looked
from regulars.api.routes.recognising import Recognised, recognised
from regulars.basics.errors import RegularsError
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.members.errors import CodeRefused, CodeUsed, UnknownIdentifier
from regulars.members.models import Card
from regulars.members.selectors import roots
from regulars.members.services import cards, codes

router = Router(tags=["Cards"])

Form = Literal["plastic", "virtual"]
Level = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]
Reason = Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00-\x1f\x7f]*$")]


class RangeAsked(Asking):
    """Numbers for a programme's cards: prefix, serial number, five signing digits, check digit; 12 to 19 in all."""

    EXAMPLE: ClassVar = {"programme": "riverside", "name": "Blue cards", "prefix": "6270", "serial_digits": 8}

    programme: Word
    name: Text
    prefix: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{1,11}$")]
    serial_digits: Annotated[int, Field(ge=1, le=12)]


class RangeTold(Telling):
    """A range that was made."""

    id: RangeId


class CardsAsked(Asking):
    """Blank cards, to be claimed later."""

    EXAMPLE: ClassVar = {"count": 10, "form": "plastic"}

    count: Annotated[int, Field(ge=1, le=1000)]
    form: Form = "plastic"
    level: Level = ""


class CardMade(Telling):
    """A card with its number, which is told this once and kept encrypted."""

    id: CardId
    number: str


class CardsMade(Telling):
    """Cards that were made."""

    items: list[CardMade]


class CardAsked(Asking):
    """A card for a member."""

    EXAMPLE: ClassVar = {"range": "rng_01kdvdna00e008000000000001", "form": "virtual"}

    range: RangeId
    form: Form = "virtual"
    level: Annotated[Level, Field(description="The tier printed on it.")] = ""


class ReplacementAsked(Asking):
    """Why a card gives way to a new one."""

    EXAMPLE: ClassVar = {"why": "lost", "reason": "left on a train"}

    why: Literal["lost", "stolen", "replaced", "upgraded"]
    reason: Reason = ""
    form: Form = "plastic"
    level: Level = ""
    range: Annotated[RangeId | None, Field(description="Another one, as when a tier has numbers of its own.")] = None


class BlockAsked(Asking):
    """Why a card is refused from now on."""

    EXAMPLE: ClassVar = {"why": "stolen", "reason": "told by telephone"}

    why: Literal["lost", "stolen", "blocked"]
    reason: Reason = ""


class UnblockAsked(Asking):
    """Why a card is good again."""

    EXAMPLE: ClassVar = {"reason": "found in a coat"}

    reason: Text


class ClaimAsked(Asking):
    """Whose card it is from now on."""

    EXAMPLE: ClassVar = {"member": "mbr_01kdvdna00e008000000000001"}

    member: MemberId


class OpenAsked(Asking):
    """Where a blank card is first used."""

    EXAMPLE: ClassVar = {"source": "till-4"}

    source: Word = "api"


class CodeAsked(Asking):
    """The changing code that a member shows."""

    EXAMPLE: ClassVar = {"code": "RG101KDVDNA00E0080000000000011QK5Z8M0000000000000000"}

    code: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[\x20-\x7e]*$")]


class CardTold(Telling):
    """A card as it stands."""

    id: CardId
    state: str
    reason: str
    form: Form
    level: str
    member: MemberId | None
    issued_at: Moment
    claimed_at: Moment | None
    ended_at: Moment | None
    replaced_by: CardId | None


class CardsTold(Telling):
    """A member's cards, the first issued first."""

    items: list[CardTold]


class Opened(Telling):
    """The member behind a card."""

    member: MemberId


def card_told(row: Card) -> CardTold:
    return CardTold(
        id=row.id,
        state=row.state,
        reason=row.reason,
        form=row.form,  # type: ignore[arg-type]
        level=row.level,
        member=row.member.root_id if row.member else None,
        issued_at=row.issued_at,
        claimed_at=row.claimed_at,
        ended_at=row.ended_at,
        replaced_by=row.replaced_by_id,
    )


def _card(card: CardId, home: UUID) -> Reply:
    found = Card.objects.select_related("member").filter(id=card, organisation=home).first()
    if found is None:
        raise UnknownIdentifier("Nobody here is recognised by that.")
    told = card_told(found)
    return Reply(told, about=told.member)


def _forged(refusal: RegularsError) -> Deed | None:
    return Deed("cards.forged", after={"kind": "code", "code": refusal.code}) if _is_forged(refusal) else None


def _is_forged(refusal: RegularsError) -> bool:
    return isinstance(refusal, CodeRefused | CodeUsed)


@write(router, "POST", "/cards/check", right=Right.MEMBERS_READ, answer=Recognised, on_refusal=_forged)
def check_a_shown_code(request: Request, body: CodeAsked) -> Reply:
    """Whose changing code this is. Good for half a minute and once; a copy or a forgery raises an alert."""
    call = request.call
    home = organisation(call, Right.MEMBERS_READ)
    found = codes.take(body.code, organisation=home, actor=call.actor, at=call.at)
    assert found.card is not None
    if found.member is not None:
        looked(call, found.member, by="code", card=typed("crd", found.card))
    return Reply(recognised(found), about=found.member)


@write(router, "POST", "/card-ranges", right=Right.CARDS_WRITE, answer=RangeTold, status=201)
def make_a_card_range(request: Request, body: RangeAsked) -> RangeTold:
    """Numbers that are signed: a made-up one is refused without a look-up. Needs the right everywhere."""
    call = request.call
    made = cards.make_range(
        organisation=whole_organisation(call, Right.CARDS_WRITE),
        programme=body.programme,
        name=body.name,
        prefix=body.prefix,
        serial_digits=body.serial_digits,
        actor=call.actor,
        at=call.at,
    )
    return RangeTold(id=made)


@write(router, "POST", "/card-ranges/{range_id}/cards", right=Right.CARDS_WRITE, answer=CardsMade, status=201)
def issue_blank_cards(request: Request, range_id: RangeId, body: CardsAsked) -> CardsMade:
    """Cards that earn from their first use and are claimed later. Needs the right everywhere."""
    call = request.call
    made = cards.issue(
        range_id,
        body.count,
        organisation=whole_organisation(call, Right.CARDS_WRITE),
        form=body.form,
        level=body.level,
        actor=call.actor,
        at=call.at,
    )
    return CardsMade(items=[CardMade(id=one.id, number=one.number) for one in made])


@read(router, "/members/{member}/cards", right=Right.MEMBERS_READ, answer=CardsTold)
def list_cards(request: Request, member: MemberId) -> CardsTold:
    """All of a member's, refused ones too, with what took their place."""
    call = request.call
    home = organisation(call, Right.MEMBERS_READ)
    root = roots([member], organisation=home)[member]
    looked(call, root, part="cards")
    rows = (
        Card.objects.select_related("member").filter(member__root=root, organisation=home).order_by("issued_at", "id")
    )
    return CardsTold(items=[card_told(row) for row in rows])


@write(router, "POST", "/members/{member}/cards", right=Right.CARDS_WRITE, answer=CardMade, status=201)
def issue_a_card(request: Request, member: MemberId, body: CardAsked) -> Reply:
    """A card for a member."""
    call = request.call
    (made,) = cards.issue_to(
        body.range,
        [member],
        organisation=organisation(call, Right.CARDS_WRITE),
        form=body.form,
        level=body.level,
        actor=call.actor,
        at=call.at,
    )
    return Reply(CardMade(id=made.id, number=made.number), about=member)


@read(router, "/cards/{card}", right=Right.MEMBERS_READ, answer=CardTold)
def read_a_card(request: Request, card: CardId) -> Reply:
    """A card as it stands; not its number."""
    call = request.call
    reply = _card(card, organisation(call, Right.MEMBERS_READ))
    if reply.about is not None:
        looked(call, reply.about, part="card")
    return reply


@write(router, "POST", "/cards/{card}/replace", right=Right.CARDS_WRITE, answer=CardMade, status=201)
def replace_a_card(request: Request, card: CardId, body: ReplacementAsked) -> Reply:
    """A new card in this one's place. Everything carries over; the old number is refused and says why."""
    call = request.call
    home = organisation(call, Right.CARDS_WRITE)
    change = cards.Replacement(body.why, body.reason, body.form, body.level, body.range)
    made = cards.replace(card, change, organisation=home, actor=call.actor, at=call.at)
    return Reply(CardMade(id=made.id, number=made.number), about=_card(made.id, home).about)


@write(router, "POST", "/cards/{card}/block", right=Right.CARDS_WRITE, answer=CardTold)
def block_a_card(request: Request, card: CardId, body: BlockAsked) -> Reply:
    """Refused from now on."""
    call = request.call
    home = organisation(call, Right.CARDS_WRITE)
    cards.block(card, organisation=home, why=body.why, reason=body.reason, actor=call.actor, at=call.at)
    return _card(card, home)


@write(router, "POST", "/cards/{card}/unblock", right=Right.CARDS_WRITE, answer=CardTold)
def unblock_a_card(request: Request, card: CardId, body: UnblockAsked) -> Reply:
    """A card that was found again, unless another took its place."""
    call = request.call
    home = organisation(call, Right.CARDS_WRITE)
    cards.unblock(card, organisation=home, reason=body.reason, actor=call.actor, at=call.at)
    return _card(card, home)


@write(router, "POST", "/cards/{card}/open", right=Right.CARDS_WRITE, answer=Opened)
def open_a_card(request: Request, card: CardId, body: OpenAsked) -> Reply:
    """The member behind a card; an anonymous one is made where nobody has claimed it, so that it earns at once."""
    call = request.call
    home = organisation(call, Right.CARDS_WRITE)
    member = cards.open_anonymous(card, organisation=home, source=body.source, actor=call.actor, at=call.at)
    return Reply(Opened(member=member), about=member)


@write(router, "POST", "/cards/{card}/claim", right=Right.CARDS_WRITE, answer=CardTold)
def claim_a_card(request: Request, card: CardId, body: ClaimAsked) -> Reply:
    """A member takes a blank card. One that has earned already names its anonymous member: merge that one."""
    call = request.call
    home = organisation(call, Right.CARDS_WRITE)
    cards.claim(card, body.member, organisation=home, actor=call.actor, at=call.at)
    return _card(card, home)


@write(router, "POST", "/members/{member}/name", right=Right.CARDS_WRITE, answer=Opened)
def name_an_anonymous_member(request: Request, member: MemberId) -> Reply:
    """An anonymous member says who it is and keeps its card and what it earned; facts are given on their own."""
    call = request.call
    home = organisation(call, Right.CARDS_WRITE)
    cards.name_anonymous(member, organisation=home, actor=call.actor, at=call.at)
    return Reply(Opened(member=member), about=member)
