"""The gate itself: messages asked for, decided and written down; and what came back of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q

from regulars.access.selectors import places
from regulars.basics.ids import new_ids, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members.models import Identifier
from regulars.members.selectors import roots
from regulars.outreach import locks
from regulars.outreach.campaigns import locks as campaigns
from regulars.outreach.campaigns.holdouts import kept_out
from regulars.outreach.errors import MessageChanged, MessageUnknown, WrongMessage
from regulars.outreach.gate.deciding import Known, Policy, Verdict, Wish, decide, held_out, period_of, salt_of
from regulars.outreach.gate.knowing import known, sent
from regulars.outreach.gate.policies import policy_of, read
from regulars.outreach.gate.words import WAITING, Blocked, Service, Why
from regulars.outreach.models import Happened, Message, MessageState, Suppression
from regulars.outreach.models import Policy as Kept
from regulars.outreach.moves import NewMessage
from regulars.outreach.sealing import keep
from regulars.outreach.services.blocking import block
from regulars.outreach.services.outgoing import enqueue, happened, stop, values_of, versions
from regulars.outreach.services.policies import policy

_SAID: Final = ("member", "channel", "purpose", "service", "campaign", "holdout_share", "priority", "template")


@transaction.atomic
def ask(wanted: Sequence[NewMessage], *, organisation: UUID, actor: Actor, at: datetime) -> list[Message]:
    """What the gate says to each of these, in their order. What is released counts towards caps from now on.

    A key that was released, held or came back gets the answer it got; one that waited is asked anew. Whoever asks at
    the same time for the same members waits. What is released and has a template is sent by the job of sending.
    What a campaign that was stopped asks for is held. Raises UnknownMember, WrongMessage, MessageChanged,
    TemplateUnknown. 13 queries, however many there are; two more where there are campaigns, 5 more where there are
    templates.
    """
    _refuse_wrong(wanted)
    version_of = versions(wanted, organisation)
    root_of = roots([one.member for one in wanted], organisation=organisation)
    over = _stopped(wanted, organisation)
    locks.recipients(set(root_of.values()))
    locks.keys(organisation, [one.key for one in wanted])
    there = {row.key: row for row in Message.objects.filter(organisation=organisation, key__in=[w.key for w in wanted])}
    _refuse_changed(wanted, there)
    ids = sorted(new_ids(at, len(wanted)))  # what was asked first is first
    rows = [
        there.get(one.key) or _row(one, number, organisation, version_of.get(one.key, 0), at)
        for one, number in zip(wanted, ids, strict=True)
    ]
    open_rows = [row for row in rows if row.state == MessageState.WAITING]
    _decide([row for row in open_rows if row.campaign not in over], root_of, organisation, at)
    for row in open_rows:
        if row.campaign in over:
            row.state, row.why, row.again_at, row.decided_at = MessageState.HELD, Why.CAMPAIGN_STOPPED.value, None, at
    fresh = [row for row in open_rows if row.key not in there]
    _add(fresh)
    changed = [row for row in open_rows if row.key in there]
    Message.objects.bulk_update(changed, ["state", "why", "again_at", "decided_at", "identifier"])
    keep(values_of(wanted, [row for row in fresh if not _useless(row)]))
    enqueue(open_rows, at=at)
    _note(open_rows, actor, at)
    return rows


def _useless(row: Message) -> bool:
    """What goes nowhere is kept nowhere, if it is a code to log in with, or for somebody who is gone (and so has no
    address either)."""
    gone = row.service == Service.LOGIN_CODE or row.why in (Why.GONE, Why.NO_ADDRESS)
    return gone and row.state == MessageState.HELD


def _stopped(wanted: Sequence[NewMessage], organisation: UUID) -> set[str]:
    """Before recipients are locked, in the order in which a launch locks."""
    codes = {one.campaign for one in wanted if one.campaign}
    return campaigns.stopped(organisation, codes) if codes else set()


def _add(fresh: Sequence[Message]) -> None:
    try:
        with transaction.atomic():
            Message.objects.bulk_create(fresh)
    except IntegrityError as clash:  # for another member, at this very moment
        raise MessageChanged("One of these keys was asked just now, for another message.") from clash


def _refuse_wrong(wanted: Sequence[NewMessage]) -> None:
    if len({one.key for one in wanted}) != len(wanted):
        raise WrongMessage("A key stands twice among these messages.")
    for one in wanted:
        if bool(one.service) == bool(one.purpose):
            raise WrongMessage("A message is a service, or it has a purpose.", key=one.key)
        if one.service and one.service not in set(Service):
            raise WrongMessage("There is no such service.", key=one.key, known=[known.value for known in Service])
        if one.service and (one.campaign or one.holdout_share):
            raise WrongMessage("A service carries no campaign.", key=one.key)
        if one.holdout_share and not one.campaign:
            raise WrongMessage("A holdout is of a campaign: say which.", key=one.key)


def _refuse_changed(wanted: Sequence[NewMessage], there: Mapping[str, Message]) -> None:
    for one in wanted:
        row = there.get(one.key)
        if row is None:
            continue
        if any(getattr(row, name) != getattr(one, name) for name in _SAID) or one.version not in (0, row.version):
            raise MessageChanged("This key was asked before, for another message.", key=one.key)


def _row(one: NewMessage, number: UUID, organisation: UUID, version: int, at: datetime) -> Message:
    said = {name: getattr(one, name) for name in _SAID}
    return Message(
        id=number,
        organisation=organisation,
        key=one.key,
        version=version,
        identifier=one.address,
        state=MessageState.WAITING,
        asked_at=at,
        decided_at=at,
        **said,
    )


def _decide(rows: Sequence[Message], root_of: Mapping[UUID, UUID], organisation: UUID, at: datetime) -> None:
    kept = policy(organisation, at=at)
    wanted = policy_of(read(kept.document))
    zone = places().zones.get(organisation, "UTC")
    wishes = [_wish(row, root_of[row.member]) for row in rows]
    facts = known(wishes, organisation=organisation, zone=zone, at=at)
    draws = _Draws(kept, wanted, zone, at)
    draws.kept_out = kept_out(
        {(wish.member, row.campaign) for row, wish in zip(rows, wishes, strict=True) if row.campaign},
        organisation=organisation,
    )
    asked = [(wish, draws.of(row, wish, facts[wish.id][0])) for row, wish in zip(rows, wishes, strict=True)]
    got = sent([wish.member for wish in wishes], wanted, at=at)
    for row, verdict in zip(rows, decide(asked, wanted, sent=got, at=at), strict=True):
        _apply(row, verdict, facts[row.id][1], at)


def _wish(row: Message, root: UUID) -> Wish:
    service = Service(row.service) if row.service else None
    return Wish(row.id, root, row.channel, row.purpose, row.asked_at, service, row.priority, row.identifier)


def ask_again(rows: Sequence[Message], *, organisation: UUID, actor: Actor, at: datetime) -> list[Message]:
    """Messages that waited, asked anew as they were. Queries as `ask`."""
    wanted = [
        NewMessage(
            key=row.key,
            member=row.member,
            template=row.template,
            version=row.version,
            **{name: getattr(row, name) for name in _SAID[1:-1]},
        )
        for row in rows
    ]
    return ask(wanted, organisation=organisation, actor=actor, at=at)


def look_again(
    rows: Sequence[Message], *, organisation: UUID, actor: Actor, at: datetime
) -> list[tuple[Message, Verdict]]:
    """Of messages that were released and have not gone yet, whether they still may, and to which address: what holds
    for good is written down, the night is only told. Caps and the universal holdout were asked at their release; who
    was merged with somebody of a campaign's holdout since is kept from it. 6 queries, one more where there are
    campaigns."""
    root_of = roots([row.member for row in rows], organisation=organisation)
    wanted = replace(policy_of(read(policy(organisation, at=at).document)), caps=(), holdout_share=0)
    zone = places().zones.get(organisation, "UTC")
    wishes = [_wish(row, root_of[row.member]) for row in rows]
    facts = known(wishes, organisation=organisation, zone=zone, at=at)
    out = kept_out(
        {(wish.member, row.campaign) for row, wish in zip(rows, wishes, strict=True) if row.campaign},
        organisation=organisation,
    )
    asked = [
        (wish, replace(facts[wish.id][0], held_out_of_campaign=(wish.member, row.campaign) in out))
        for row, wish in zip(rows, wishes, strict=True)
    ]
    verdicts = decide(asked, wanted, at=at)
    found = list(zip(rows, verdicts, strict=True))
    moved = [row for row, verdict in found if verdict.goes and row.identifier != facts[row.id][1]]
    stopped = [(row, verdict) for row, verdict in found if verdict.why and verdict.why not in WAITING]
    for row in moved:
        row.identifier = facts[row.id][1]
    for row, verdict in stopped:
        _apply(row, verdict, None, at)
    with transaction.atomic():
        stop([(row.id, row.why, 0) for row, _ in stopped], at=at)  # first, as where a whole campaign is stopped
        Message.objects.bulk_update(moved, ["identifier"])
        Message.objects.bulk_update([row for row, _ in stopped], ["state", "why", "identifier"])
        _note([row for row, _ in stopped], actor, at)
    return found


class _Draws:
    """Who is held out, of everything in this period and of each campaign: by the draw, and by what was assigned when
    the campaign began, whoever they are one person with since."""

    kept_out: Collection[tuple[UUID, str]] = ()

    def __init__(self, kept: Kept, wanted: Policy, zone: str, at: datetime) -> None:
        today = at.astimezone(ZoneInfo(zone)).date()
        self._share = wanted.holdout_share
        self._secret = bytes(kept.secret)
        self._salt = salt_of(self._secret, period_of(kept.began_on, today, read(kept.document).holdout.months))

    def of(self, row: Message, wish: Wish, facts: Known) -> Known:
        campaign = self._secret + f"/campaign/{row.campaign}".encode()
        drawn = bool(row.campaign) and held_out(campaign, wish.member, row.holdout_share)
        return replace(
            facts,
            held_out=held_out(self._salt, wish.member, self._share),
            held_out_of_campaign=drawn or (wish.member, row.campaign) in self.kept_out,
        )


def _apply(row: Message, verdict: Verdict, address: UUID | None, at: datetime) -> None:
    waits = verdict.why in WAITING
    row.state = MessageState.RELEASED if verdict.goes else MessageState.WAITING if waits else MessageState.HELD
    row.why = verdict.why.value if verdict.why else ""
    row.again_at, row.decided_at = verdict.again_at, at
    row.identifier = address if verdict.goes else None


def _note(rows: Sequence[Message], actor: Actor, at: datetime) -> None:
    """One line for all: how many of each answer."""
    counts: dict[str, int] = {}
    for row in rows:
        name = row.why or MessageState.RELEASED.value
        counts[name] = counts.get(name, 0) + 1
    if counts:
        record([Deed("messages.ask", after=dict(sorted(counts.items())))], actor=actor, at=at)


_HAPPENED: Final = {
    Blocked.BOUNCE: Happened.BOUNCED,
    Blocked.COMPLAINT: Happened.COMPLAINED,
    Blocked.STOP: Happened.ANSWERED_STOP,
}


@transaction.atomic
def came_back(message: UUID, why: Blocked, *, organisation: UUID, actor: Actor, at: datetime) -> Message:
    """A message bounced for good, or its reader complained or said stop: nothing goes to that address any more, by any
    member who has it. Told again it changes nothing. Raises MessageUnknown."""
    row = Message.objects.filter(id=message, organisation=organisation).first()
    if row is None or row.state not in (MessageState.RELEASED, MessageState.RETURNED):
        raise MessageUnknown("No message of this id was sent here.", id=typed("msg", message))
    locks.recipients([row.member])
    row.refresh_from_db(fields=["state", "why"])  # it may have been told meanwhile
    if row.state == MessageState.RELEASED:
        row.state, row.why = MessageState.RETURNED, why.value
        row.save(update_fields=["state", "why"])
        happened([(row.id, "", 0)], _HAPPENED[why], at=at)
    address = Identifier.objects.filter(id=row.identifier).first() if row.identifier else None
    block(organisation, row.channel, address, row.member, why, row.id, actor=actor, at=at)
    return row


@transaction.atomic
def lift(message: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> Message:
    """An address that this message had blocked may be written to again: it was the server's mistake, or its owner asks
    for it. Consent stays as it is. Told again it changes nothing. Raises MessageUnknown. 3 queries."""
    row = Message.objects.filter(id=message, organisation=organisation, state=MessageState.RETURNED).first()
    if row is None:
        raise MessageUnknown("No message of this id came back here.", id=typed("msg", message))
    same = Q(message=row.id) | Q(identifier=row.identifier, identifier__isnull=False)
    blocks = Suppression.objects.filter(same, organisation=organisation, channel=row.channel, ended_at=None)
    if blocks.update(ended_at=at):
        after = {"channel": row.channel, "message": typed("msg", row.id)}
        record([Deed("messages.lift", typed("mbr", row.member), after=after)], actor=actor, at=at)
    return row
