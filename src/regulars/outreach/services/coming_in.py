"""What comes back from readers: a no by the link in a mail, STOP and other texts, receipts of delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members import identifying
from regulars.members.errors import MemberClosed, UnknownMember
from regulars.members.keys import keyring
from regulars.members.locks import lock_members
from regulars.members.models import Identifier, Permission
from regulars.members.moves import Asked
from regulars.members.selectors.recognition import blind_parts
from regulars.members.services.consents import tell
from regulars.outreach import locks
from regulars.outreach.errors import MessageUnknown
from regulars.outreach.gate.knowing import ADDRESS
from regulars.outreach.gate.words import Blocked
from regulars.outreach.links import message_of
from regulars.outreach.models import Happened, Message, MessageEvent, MessageState, Reply
from regulars.outreach.replies import is_balance, is_stop
from regulars.outreach.sealing import reply_context
from regulars.outreach.services import balance_texts
from regulars.outreach.services.blocking import block
from regulars.outreach.services.outgoing import happened

WENT: Final = (MessageState.RELEASED, MessageState.RETURNED)
STOPPED: Final = "stop"
BALANCE: Final = "balance"
OTHER: Final = "other"


def by_link(token: str) -> Message | None:
    """The message whose link this is, and that may be said no to; None for any other text. One query."""
    number = message_of(token)
    return Message.objects.filter(id=number, service="").first() if number else None


@transaction.atomic
def unsubscribe(row: Message, *, actor: Actor, at: datetime) -> None:
    """No more messages of this purpose by this channel: the consent is withdrawn. Said again it changes nothing."""
    given = Permission.objects.filter(
        member__root__merged=row.member, channel=row.channel, purpose=row.purpose, given=True
    )
    if _locked(row) and given.exists():
        _withdraw([(row.member, row.channel, row.purpose)], row.organisation, "unsubscribe-link", actor, at)
    locks.message(row.id)
    if not MessageEvent.objects.filter(message=row.id, what=Happened.UNSUBSCRIBED).exists():
        happened([(row.id, "", 0)], Happened.UNSUBSCRIBED, at=at)


def _locked(row: Message) -> bool:
    """Whoever says the same at the same moment waits. Whether there is anybody left to say it."""
    try:
        with transaction.atomic():
            lock_members([row.member], organisation=row.organisation)
    except (MemberClosed, UnknownMember):
        return False
    return True


def _withdraw(
    told: Sequence[tuple[UUID, str, str]], organisation: UUID, source: str, actor: Actor, at: datetime
) -> None:
    """Members, channels, purposes. Who is closed or erased gets nothing anyway."""
    for member, channel, purpose in told:
        try:
            with transaction.atomic():
                tell(
                    [Asked(member, channel, purpose, False, source, at)], organisation=organisation, actor=actor, at=at
                )
        except (MemberClosed, UnknownMember):
            continue


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that came in."""

    external: str  # the gateway's own number of it
    channel: str
    sender: str  # the address it came from
    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What it meant, and whose it is; nobody's where the address is unknown."""

    meaning: str
    members: tuple[UUID, ...]
    is_new: bool = False  # not told before


@transaction.atomic
def reply(one: Inbound, *, organisation: UUID, region: str | None = None, actor: Actor, at: datetime) -> Heard:
    """STOP withdraws every consent for that channel and blocks the address; BALANCE is answered to the phone that
    asked, where it is one member's alone; anything else is kept with the member.

    Of an address nobody has nothing is kept. Told again it is the same reply. Raises WrongIdentifier.
    """
    meaning = STOPPED if is_stop(one.text) else BALANCE if is_balance(one.text) else OTHER
    addresses = _addresses(one, organisation, region)
    members = tuple(dict.fromkeys(row.member.root_id for row in addresses if row.member))
    known = Reply.objects.filter(organisation=organisation, channel=one.channel, external=one.external)
    if not members or known.exists():
        return Heard(meaning, members)
    newest = Message.objects.filter(
        organisation=organisation, identifier__in=[row.id for row in addresses], channel=one.channel, state__in=WENT
    )
    answered = newest.order_by("-id").first()
    row = _keep(one, members[0], answered, meaning, organisation, at)
    if row is None:  # told twice at this very moment
        return Heard(meaning, members)
    if meaning == STOPPED:
        _stop(one.channel, members, addresses, answered, organisation, actor, at)
    if answered is not None:
        what = Happened.ANSWERED_STOP if meaning == STOPPED else Happened.REPLIED
        happened([(answered.id, "", 0)], what, at=at)
    deeds = [
        Deed("messages.reply", typed("mbr", one_of), after={"channel": one.channel, "meaning": meaning})
        for one_of in members
    ]
    record(deeds, actor=actor, at=at)
    if meaning == BALANCE and len(members) == 1:
        balance_texts.answer(row, addresses[0].id, actor=actor, at=at)
    return Heard(meaning, members, is_new=True)


def _addresses(one: Inbound, organisation: UUID, region: str | None) -> list[Identifier]:
    kind = ADDRESS[one.channel]
    plain = identifying.normal(kind, one.sender, region=region)
    blinds = keyring().blinds(*blind_parts(organisation, kind, "", plain))
    rows = Identifier.objects.filter(blind__in=blinds, state="active", member__isnull=False)
    return list(rows.select_related("member").order_by("-recognises", "-effective_at", "-id"))


def _keep(
    one: Inbound, member: UUID, answered: Message | None, meaning: str, organisation: UUID, at: datetime
) -> Reply | None:
    """What is kept; None where it is known. Whoever keeps the same one at the same time waits."""
    number, newest = new_id(at), keyring().newest
    row = Reply(
        id=number,
        organisation=organisation,
        external=one.external,
        channel=one.channel,
        member=member,
        message=answered.id if answered else None,
        meaning=meaning,
        sealed=newest.seal(one.text, reply_context(number)),
        key=newest.number,
        at=at,
    )
    Reply.objects.bulk_create([row], ignore_conflicts=True)
    return row if Reply.objects.filter(id=number).exists() else None


def _stop(
    channel: str,
    members: Sequence[UUID],
    addresses: Sequence[Identifier],
    answered: Message | None,
    organisation: UUID,
    actor: Actor,
    at: datetime,
) -> None:
    given = Permission.objects.filter(member__root__in=members, channel=channel, given=True)
    told = given.values_list("member__root", "channel", "purpose").distinct()
    _withdraw(list(told), organisation, "stop", actor, at)
    message = answered.id if answered else None
    for row in addresses[:1]:  # all of them are the same address
        assert row.member is not None
        block(organisation, channel, row, row.member.root_id, Blocked.STOP, message, actor=actor, at=at)


@transaction.atomic
def delivered(message: UUID, *, organisation: UUID, at: datetime) -> Message:
    """A receipt: the reader's server or phone has it. Told again it changes nothing. Raises MessageUnknown."""
    row = Message.objects.filter(id=message, organisation=organisation, state__in=WENT).first()
    if row is None:
        raise MessageUnknown("No message of this id was sent here.", id=typed("msg", message))
    locks.message(row.id)
    if not MessageEvent.objects.filter(message=row.id, what=Happened.DELIVERED).exists():
        happened([(row.id, "", 0)], Happened.DELIVERED, at=at)
    return row
