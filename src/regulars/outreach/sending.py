"""Background work of the room."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from regulars.access.alerts.transports import MailServer
from regulars.access.selectors import places
from regulars.basics.errors import RegularsError
from regulars.journal.moves import Actor
from regulars.journal.transactions import by_halves, first_done
from regulars.outreach.channels.mail import Mail
from regulars.outreach.channels.texts import Texts, gateway, outbox, turn_over
from regulars.outreach.models import Audience, Message, MessageState
from regulars.outreach.services import late_bills, printing
from regulars.outreach.services.audiences import compare
from regulars.outreach.services.messages import ask_again
from regulars.outreach.services.printing import print_due
from regulars.outreach.services.sending import give_up, send_due

LATER: Final = timedelta(hours=1)
log = logging.getLogger("regulars.outreach")


def compare_due(*, actor: Actor, at: datetime) -> int:
    """Compares one audience that was not compared today, or is of a newer version; 0 where there is none left.

    Each day once, in the organisation's zone; a crash leaves it as it was, to be done again.
    """
    return first_done(_comparing(actor, at))


def _comparing(actor: Actor, at: datetime) -> Iterator[Callable[[], int]]:
    for organisation, zone in sorted(places().zones.items()):
        today = datetime.combine(at.astimezone(ZoneInfo(zone)).date(), time(), ZoneInfo(zone))
        due = Q(compared_at=None) | Q(compared_at__lt=today) | ~Q(compared_version=F("version"))
        waiting = Audience.objects.filter(due, organisation=organisation, retired_at=None)
        for code in waiting.order_by("compared_at", "id").values_list("code", flat=True):
            yield partial(_compare, organisation, code, actor, at)


def _compare(organisation: UUID, code: str, actor: Actor, at: datetime) -> int:
    compare(organisation, code, actor=actor, at=at)
    return 1


def send_mail(*, actor: Actor, at: datetime) -> int:
    """A batch of mail; see services/sending."""
    return send_due(Mail(MailServer.here()), actor=actor, at=at)


def send_texts(*, actor: Actor, at: datetime) -> int:
    """A batch of texts to phones."""
    return send_due(Texts(gateway()), actor=actor, at=at)


def print_letters(*, actor: Actor, at: datetime) -> int:
    """A run of letters for the print shop."""
    return print_due(actor=actor, at=at)


def tell_late_bills(*, actor: Actor, at: datetime) -> int:
    """A batch of notices of what was taken, and one of what was decided on it; see services/late_bills."""
    return late_bills.tell_due(actor=actor, at=at) + late_bills.answer_due(actor=actor, at=at)


def sweep_files(*, at: datetime) -> int:
    """Files of letters and texts that were kept long enough; says how many runs and days."""
    return printing.sweep(at=at) + turn_over(outbox(), kept=printing.kept(), at=at)


def ask_waiting(*, actor: Actor, at: datetime, most: int = 500) -> int:
    """Asks the gate anew for a batch of messages that have waited long enough; those of whoever sends themselves are
    left to them. Every one is decided again, so that none is met twice at the same moment."""
    due = Message.objects.filter(state=MessageState.WAITING, again_at__lte=at).exclude(template="")
    rows = list(due.order_by("again_at")[:most])
    for organisation in sorted({row.organisation for row in rows}):
        by_halves(
            [row for row in rows if row.organisation == organisation],
            partial(ask_again, organisation=organisation, actor=actor, at=at),
            partial(_not_asked, actor=actor, at=at),
        )
    return len(rows)


def _not_asked(row: Message, failed: Exception, *, actor: Actor, at: datetime) -> None:
    """It keeps no other waiting: what is refused stays here, and what a fault of our own met is asked later."""
    if isinstance(failed, RegularsError):
        give_up([row.id], failed.code, actor, at)
        return
    log.error("a message is broken", exc_info=failed, extra={"about": str(row.id)})
    Message.objects.filter(id=row.id, state=MessageState.WAITING).update(again_at=at + LATER)
