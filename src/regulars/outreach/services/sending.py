"""The job of sending: takes what is due, asks the gate once more, writes it, hands it to the channel, notes each.

At least once: killed between the channel's yes and our note of it, a worker leaves that one message to be sent again,
under the same id (Message-ID of a mail). Everything else it had taken is untouched and goes when its lease is over.

No message keeps another from going: one that cannot be written, or that a channel breaks over, is set aside alone; and
what workers died over several times is taken alone, until it is given up.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run
from regulars.journal.transactions import Apart, by_halves
from regulars.members.keys import keyring
from regulars.outreach import locks
from regulars.outreach.channels.base import Away, Channel, Outcome, Parcel
from regulars.outreach.gate.words import Blocked, Service, Why
from regulars.outreach.models import Happened, Message, MessageState, Outgoing
from regulars.outreach.rendering import Rendered, ToRender, render_all
from regulars.outreach.sealing import kept
from regulars.outreach.selectors_sending import addresses_of, settings_of
from regulars.outreach.services.messages import came_back, look_again
from regulars.outreach.services.outgoing import happened

WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720, 1440))  # after the first try, the second …
LEASE: Final = timedelta(minutes=5)  # that a worker may take over what it took
SECONDS: Final = 120.0  # that one batch may last: far less than its lease
ALONE: Final = 4  # tries after which a message is taken by itself
_SHORT: Final = timedelta(minutes=1)
log = logging.getLogger("regulars.outreach")

# What was taken back while a worker had it in hand, and went nevertheless, is told as what it is: it went.
TAKEN_BACK: Final = (Why.CAMPAIGN_STOPPED.value, Why.WITHDRAWN.value, Why.GONE.value)
_SENT: Final = """
WITH gone AS (DELETE FROM outreach_outgoing WHERE id = %(id)s::uuid RETURNING id, tries
), went AS (
    UPDATE outreach_message SET state = 'released', why = '' WHERE id = %(id)s::uuid AND state = 'held'
        AND why = ANY(%(taken_back)s::text[]) AND NOT EXISTS (SELECT 1 FROM gone) RETURNING id, 1
)
INSERT INTO outreach_message_event (message, what, at, why, tries)
SELECT id, 'sent', %(at)s::timestamptz, '', tries FROM (TABLE gone UNION ALL TABLE went) AS w (id, tries)
RETURNING 1
"""


def send_due(channel: Channel, *, actor: Actor, at: datetime, most: int = 200) -> int:
    """Sends a batch; says how many there were to look at, 0 where the channel cannot be reached. Some 15 queries, and
    one for each message."""
    if channel.missing():
        return 0
    taken = _taken(channel.name, at, most)
    if not taken:
        return 0
    fit = _outlived(taken, actor, at)
    parcels = parcels_of(fit, actor=actor, at=at)
    left = {parcel.id: None for parcel in parcels}  # in their order
    counts = {"sent": 0, "failed": 0, "given-up": 0}
    began, away = monotonic(), False
    with Apart() as apart, _quick_notes():
        for outcome in channel.send(parcels):
            left.pop(outcome.id)
            counts[_note(outcome, fit[outcome.id], actor, at)] += 1
            if monotonic() - began > SECONDS:
                break
    if apart.failure is not None:
        away, over = _over(apart.failure, channel.name, left)
        if over is not None:
            left.pop(over.id)
            counts[_note(over, fit[over.id], actor, at)] += 1
    _put_back(left, at if apart.failure is not None and not away else at + _SHORT)
    _forget_codes([parcel.id for parcel in parcels if parcel.id not in left])
    _told(channel.name, counts, actor, at)
    return 0 if away else len(taken)


def _over(broken: Exception, channel: str, left: Mapping[UUID, None]) -> tuple[bool, Outcome | None]:
    """Whether a channel is away, and the message that it had in hand: to be tried later than the others."""
    if isinstance(broken, Away):
        one = broken.over
        return True, Outcome(one, False, str(broken)) if one is not None and one in left else None
    log.error("a channel is broken", exc_info=broken, extra={"channel": channel})
    first = next(iter(left), None)
    return False, Outcome(first, False, f"broken: {type(broken).__name__}") if first is not None else None


def _outlived(taken: Mapping[UUID, Outgoing], actor: Actor, at: datetime) -> dict[UUID, Outgoing]:
    """Without those that a worker died over at their last try: nobody was left to give them up."""
    dead = [number for number, row in taken.items() if row.tries > len(WAITS) + 1]
    if dead:
        give_up(dead, "each worker died over it", actor, at, tries=len(WAITS) + 1)
    return {number: row for number, row in taken.items() if number not in dead}


@transaction.atomic
def _taken(channel: str, at: datetime, most: int) -> dict[UUID, Outgoing]:
    """Ours until the lease is over. A try counts from here, so that what kills a worker is not tried for ever."""
    rows = locks.outgoing(channel, at, most)
    rows = [row for row in rows if row.tries < ALONE] if rows and rows[0].tries < ALONE else rows[:1]
    ids = [row.id for row in rows]
    Outgoing.objects.filter(id__in=ids).update(tries=F("tries") + 1, next_at=at + LEASE)
    for row in rows:
        row.tries += 1
    return {row.id: row for row in rows}


def _put_back(ids: Iterable[UUID], until: datetime) -> None:
    """What was not tried after all; of a print run it is no part any more."""
    Outgoing.objects.filter(id__in=list(ids)).update(tries=F("tries") - 1, next_at=until, run=None)


def parcels_of(taken: Mapping[UUID, Outgoing], *, actor: Actor, at: datetime) -> list[Parcel]:
    """What the gate lets go now, written; the most urgent first."""
    made: dict[UUID, Parcel] = {}
    with Apart() as apart:
        keyring()  # where they are missing no message is to blame
        there = Message.objects.filter(id__in=list(taken), state=MessageState.RELEASED)  # not taken back since
        rows = {row.id: row for row in there}
        for organisation in sorted({row.organisation for row in rows.values()}):
            own = [row for row in rows.values() if row.organisation == organisation]
            made |= {one.id: one for one in _of_organisation(own, taken, organisation, actor, at)}
    if apart.failure is not None:
        Outgoing.objects.filter(id__in=list(taken)).update(tries=F("tries") - 1, next_at=at + _SHORT)
        raise apart.failure
    return [made[number] for number in taken if number in made]


def _of_organisation(
    rows: Sequence[Message], taken: Mapping[UUID, Outgoing], organisation: UUID, actor: Actor, at: datetime
) -> Iterator[Parcel]:
    def blame(row: Message, failed: Exception) -> None:
        """It is tried later than the others, as long as what a server refuses."""
        log.error("a message is broken", exc_info=failed, extra={"about": str(row.id)})
        Outgoing.objects.filter(id=row.id).update(run=None)
        _note(Outcome(row.id, False, f"broken: {type(failed).__name__}"), taken[row.id], actor, at)

    going = by_halves(rows, lambda some: _still_going(some, organisation, actor, at), blame)
    written = by_halves(going, lambda some: _written(some, organisation, at), blame)
    addresses = addresses_of(going)
    setting = settings_of(organisation)
    for row, said in written:
        if said.problem:
            give_up([row.id], said.problem, actor, at)
            continue
        yield Parcel(row.id, organisation, addresses.get(row.id, ""), said, row.asked_at, setting.get(row.channel, {}))


def _still_going(rows: Sequence[Message], organisation: UUID, actor: Actor, at: datetime) -> list[Message]:
    """What was released may have to stay after all: consent withdrawn, an address blocked, or the night came."""
    going = []
    for row, verdict in look_again(rows, organisation=organisation, actor=actor, at=at):
        if verdict.goes:
            going.append(row)
        elif verdict.again_at is not None:
            _put_back([row.id], verdict.again_at)
    return going


def _written(rows: Sequence[Message], organisation: UUID, at: datetime) -> list[tuple[Message, Rendered]]:
    told = kept([row.id for row in rows])
    asked = [
        ToRender(row.id, row.member, row.template, row.version, row.channel, told.get(row.id, {}), not row.service)
        for row in rows
    ]
    return list(zip(rows, render_all(asked, organisation=organisation, at=at), strict=True))


@contextmanager
def _quick_notes() -> Iterator[None]:
    """A note is kept by the database at once, and on its disk a moment later: a killed worker loses none, and should
    the database's own machine fail, what was noted in that moment is sent again."""
    run("SET synchronous_commit TO off")
    try:
        yield
    finally:
        run("RESET synchronous_commit")


def _note(outcome: Outcome, row: Outgoing, actor: Actor, at: datetime) -> str:
    """Says what is counted."""
    if outcome.sent:
        told = {"id": outcome.id, "at": at, "taken_back": column(TAKEN_BACK)}
        if not run(_SENT, told):  # it was taken back at this very moment, which a statement that waited does not see
            run(_SENT, told)
        return "sent"
    if outcome.permanent or row.tries > len(WAITS):
        give_up([outcome.id], outcome.problem, actor, at, tries=row.tries, bounced=outcome.bounced)
        return "given-up"
    with transaction.atomic():
        Outgoing.objects.filter(id=outcome.id).update(next_at=at + WAITS[row.tries - 1])
        happened([(outcome.id, outcome.problem[:200], row.tries)], Happened.FAILED, at=at)
    return "failed"


@transaction.atomic
def give_up(
    messages: Sequence[UUID], why: str, actor: Actor, at: datetime, *, tries: int = 0, bounced: bool = False
) -> None:
    """It stays for good, and counts for no cap; where nobody has the address, nothing more goes there."""
    Outgoing.objects.filter(id__in=messages).delete()
    happened([(number, why[:200], tries) for number in messages], Happened.GIVEN_UP, at=at)
    if not bounced:
        Message.objects.filter(id__in=messages).update(state=MessageState.HELD, why=Why.UNDELIVERABLE.value)
        return
    Message.objects.filter(id__in=messages, state=MessageState.HELD).update(state=MessageState.RELEASED, why="")
    for row in Message.objects.filter(id__in=messages):
        came_back(row.id, Blocked.BOUNCE, organisation=row.organisation, actor=actor, at=at)


def _forget_codes(messages: Sequence[UUID]) -> None:
    """Log-in codes are kept nowhere once they went or were given up."""
    run(
        "DELETE FROM outreach_content c USING outreach_message m, unnest(%s::uuid[]) AS w(id)"
        " WHERE m.id = w.id AND c.id = w.id AND m.service = %s"
        " AND NOT EXISTS (SELECT 1 FROM outreach_outgoing o WHERE o.id = w.id)",
        [column(messages), Service.LOGIN_CODE.value],
    )


def _told(channel: str, counts: Mapping[str, int], actor: Actor, at: datetime) -> None:
    """One line for the batch."""
    said = {name: count for name, count in counts.items() if count}
    if said:
        with transaction.atomic():
            record([Deed("messages.send", after={"channel": channel, **said})], actor=actor, at=at)


@transaction.atomic
def withdraw(organisation: UUID, campaign: str, *, actor: Actor, at: datetime) -> int:
    """What of a campaign waits or has not gone yet stays; says how many. What a worker has in hand just now still goes.
    5 queries."""
    rows = Message.objects.filter(organisation=organisation, campaign=campaign)
    unsent = run(
        "DELETE FROM outreach_outgoing o USING (SELECT q.id FROM outreach_outgoing q JOIN outreach_message m USING (id)"
        " WHERE m.organisation = %s::uuid AND m.campaign = %s FOR UPDATE OF q SKIP LOCKED) w WHERE o.id = w.id"
        " RETURNING o.id",
        [organisation, campaign],
    )
    ids = [number for (number,) in unsent]
    waiting = list(rows.filter(state=MessageState.WAITING).values_list("id", flat=True))
    run(
        "UPDATE outreach_message SET state = 'held', why = %s, decided_at = %s::timestamptz WHERE id = ANY(%s::uuid[])",
        [Why.WITHDRAWN.value, at, column([*ids, *waiting])],
    )
    happened([(number, Why.WITHDRAWN.value, 0) for number in ids], Happened.STOPPED, at=at)
    if count := len(ids) + len(waiting):
        record([Deed("messages.withdraw", after={"campaign": campaign, "messages": count})], actor=actor, at=at)
    return count
