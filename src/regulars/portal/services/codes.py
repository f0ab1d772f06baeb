"""Log-in by a code that is sent to an address the member is known by.

Whoever asks gets the same answer in the same time, known here or not: the page writes the address down, sealed, and a
worker looks whose it is. The code goes to the member's own address; here is a digest of it.
"""

import hmac
import logging
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from regulars.access.services.passwords import network_of
from regulars.access.services.tries import WINDOW, counted, told_of
from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.transactions import by_halves
from regulars.ledger.selectors import kept_from_logging_in
from regulars.members import identifying
from regulars.members.keys import keyring
from regulars.members.moves import Presented
from regulars.members.selectors import recognise_all, ways
from regulars.members.selectors.ways import is_in_use
from regulars.members.services import identifiers, new_ways
from regulars.outreach.gate.words import Service
from regulars.outreach.services.serving import Notice, tell
from regulars.portal import locks, marks
from regulars.portal.errors import MayNotLogIn, TooManyAsked, WrongLogInCode
from regulars.portal.models import Code
from regulars.portal.services.sessions import Begun, begin

LIVES: Final = timedelta(minutes=10)
TRIES: Final = 5  # of one code
MOST_AT_ONCE: Final = 3  # codes for one address in a quarter of an hour
MOST_AN_HOUR: Final = 5
MOST_A_DAY: Final = 10
MOST_OF_NETWORK: Final = 300  # asked and tried from one network in a quarter of an hour
_KEPT: Final = timedelta(days=1)  # how often an address was asked for is counted by rows
_AT_ONCE: Final = 50
CHANNELS: Final = {"email": "email", "phone": "sms"}
log = logging.getLogger("regulars.portal")


def ask(text: str, *, organisation: UUID, region: str | None, language: str, actor: Actor, at: datetime) -> str:
    """Keeps the wish; answers the text for the cookie of whoever asked. The same for known and unknown addresses.

    Raises WrongIdentifier (no address at all), TooManyAsked. Call it outside a transaction: what was counted stays.
    """
    kind = "email" if "@" in unicodedata.normalize("NFKC", text) else "phone"
    plain = identifying.normal(kind, text, region=region)
    keys = keyring()
    blind = keys.newest.blind("portal", str(organisation), kind, plain)
    _count({marks.counted_as("network", network_of(actor.address)): MOST_OF_NETWORK,
            marks.counted_as("address", blind.hex()): MOST_AT_ONCE}, actor, at)  # fmt: skip
    asked = Code.objects.filter(blind__in=keys.blinds("portal", str(organisation), kind, plain))
    if (
        asked.filter(asked_at__gt=at - timedelta(hours=1)).count() >= MOST_AN_HOUR
        or asked.filter(asked_at__gt=at - _KEPT).count() >= MOST_A_DAY
    ):
        raise _too_many()
    token, number = marks.new_text(), new_id(at)
    Code(
        id=number,
        digest=marks.asked_of(token),
        organisation=organisation,
        kind=kind,
        address=keys.newest.seal(plain, _context(number)),
        key=keys.newest.number,
        blind=blind,
        language=language,
        asked_at=at,
        expires_at=at + LIVES,
    ).save(force_insert=True)
    return token


def send_due(*, actor: Actor, at: datetime) -> int:
    """A batch of those who wait: whose address it is, a code for each who is known. A worker's step; says how many. One
    that meets a fault of our own is told nothing, and keeps nobody else from coming in."""
    with transaction.atomic():
        rows = locks.unsent(_AT_ONCE)
        keyring()  # where keys are missing everybody waits
        for organisation in sorted({row.organisation for row in rows}):
            own = [row for row in rows if row.organisation == organisation]
            by_halves(own, partial(_send, organisation=organisation, actor=actor, at=at), _not_sent)
        for row in rows:
            row.address, row.key, row.sent_at = None, None, at
        Code.objects.bulk_update(rows, ["address", "key", "sent_at", "member", "identifier", "code"])
    return len(rows)


def _not_sent(row: Code, failed: Exception) -> None:
    log.error("a log-in is broken", exc_info=failed, extra={"about": str(row.id)})
    row.member, row.identifier, row.code = None, None, None


@transaction.atomic
def _send(rows: Sequence[Code], organisation: UUID, actor: Actor, at: datetime) -> Sequence[Code]:
    keys = keyring()
    shown = [Presented(row.kind, keys.open(row.key or 0, bytes(row.address or b""), _context(row.id))) for row in rows]
    known = [one if one is not None and one.usable else None for one in recognise_all(shown, organisation=organisation)]
    barred = kept_from_logging_in([one.member for one in known if one is not None and one.member is not None], at=at)
    shut = ways.shut([one.identifier for one in known if one is not None], at=at)
    new_ways.ask_to_tell(list(shut.values()), at=at)
    notices, waiting = [], []
    for row, found in zip(rows, known, strict=True):
        if found is None or found.member is None or found.member in barred or row.expires_at <= at:
            continue
        if found.identifier in shut:
            waiting.append(_not_yet(row, found.member, found.identifier))
            continue
        code = marks.new_code()
        row.member, row.identifier, row.code = found.member, found.identifier, marks.code_of(row.id, code)
        notices.append(_notice(row, found.member, code))
    if notices:
        tell(Service.LOGIN_CODE, notices, organisation=organisation, actor=actor, at=at)
    if waiting:
        tell(Service.ADDRESS_WAITS, waiting, organisation=organisation, actor=actor, at=at)
    return rows


def _notice(row: Code, member: UUID, code: str) -> Notice:
    values = {"code": code, "minutes": int(LIVES.total_seconds() // 60)}
    return Notice(f"log-in/{row.id}", member, CHANNELS[row.kind], values, row.identifier, row.language)


def _not_yet(row: Code, member: UUID, identifier: UUID) -> Notice:
    values = {"days": settings.NEW_ADDRESS_DAYS}
    return Notice(f"not-yet/{row.id}", member, CHANNELS[row.kind], values, identifier, row.language)


def check(token: str, typed_code: str, *, device: str, actor: Actor, at: datetime) -> Begun:
    """Begins the session of whoever was sent this code. The same answer for a wrong code and for nobody's.

    Raises WrongLogInCode, TooManyAsked. Call it outside a transaction: what was counted stays.
    """
    _count({marks.counted_as("network", network_of(actor.address)): MOST_OF_NETWORK}, actor, at)
    mark = marks.asked_of(token)
    open_rows = Code.objects.filter(digest=mark, used_at=None, expires_at__gt=at, tries__lt=TRIES)
    row = Code.objects.get(digest=mark) if open_rows.update(tries=F("tries") + 1) else Code(id=UUID(int=0))
    right = hmac.compare_digest(bytes(row.code or bytes(32)), marks.code_of(row.id, typed_code))
    if not right or row.member is None or row.identifier is None:
        with transaction.atomic():
            subject = typed("mbr", row.member) if row.member else ""
            record([Deed("portal.log_in_failed", subject)], actor=actor, at=at)
        raise _wrong()
    with transaction.atomic():
        if Code.objects.filter(id=row.id, used_at=None).update(used_at=at) != 1:
            raise _wrong()
        if ways.shut([row.identifier], at=at) or not is_in_use(row.identifier):  # since it was sent
            raise _wrong()
        try:
            done = begin(row.member, how=row.kind, device=device, actor=actor, at=at)
        except MayNotLogIn as refusal:  # frozen since it was sent
            raise _wrong() from refusal
        identifiers.verify(row.identifier, organisation=row.organisation, actor=actor, at=at)
    return done


def sweep(*, at: datetime) -> int:
    """Forgets codes of days past; says how many. One query."""
    return Code.objects.filter(asked_at__lte=at - _KEPT).delete()[0]


def _count(most: dict[bytes, int], actor: Actor, at: datetime) -> None:
    """Before it is looked at: what comes at the same instant cannot slip through. Raises TooManyAsked."""
    with transaction.atomic():
        tries = counted(dict.fromkeys(most, WINDOW), at=at)
        over = {mark: tries[mark] for mark, limit in most.items() if tries[mark] > limit}
        if any(told_of(count - most[mark], 1) for mark, count in over.items()):
            record([Deed("portal.log_in_barred")], actor=actor, at=at)
    if over:
        raise _too_many()


def _wrong() -> WrongLogInCode:
    return WrongLogInCode("This code is wrong, or its time is over.")


def _too_many() -> TooManyAsked:
    return TooManyAsked("Too many codes were asked for. Wait a quarter of an hour.")


def _context(number: UUID) -> str:
    return f"portal code|{number}"
