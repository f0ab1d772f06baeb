"""What somebody was given to be known by later: those known before are told, and may say no (see new_ways).

The link in what they are told lets nobody in and agrees to nothing: staff can read messages. It only takes the new
address out. Saying yes takes a log-in by what was known before.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from regulars.care.models import CaseKind
from regulars.care.moves import Kind, NewCase
from regulars.care.services.cases import open_case
from regulars.care.services.kinds import set_kind
from regulars.journal.moves import Actor
from regulars.members import identifying
from regulars.members.keyring import derived
from regulars.members.keys import card_secret
from regulars.members.models import Identifier, Member, NewWay
from regulars.members.selectors.profiles import identifiers_of
from regulars.members.selectors.ways import known_before
from regulars.members.services import new_ways, ways
from regulars.outreach import links
from regulars.outreach.gate.words import Service
from regulars.outreach.services.serving import Notice, tell
from regulars.portal import locks
from regulars.portal.services import sessions

CHANNELS: Final = {"email": "email", "phone": "sms"}
KIND: Final = "address-objection"
_NAMES: Final = {"en": "New address objected to", "zh": "对新联系方式提出异议"}
_AT_ONCE: Final = 100


def wait() -> timedelta:
    return timedelta(days=settings.NEW_ADDRESS_DAYS)


def tell_due(*, actor: Actor, at: datetime) -> int:
    """A batch of those who were given something new: what they were known by before is told. A worker's step."""
    with transaction.atomic():
        rows = locks.untold(_AT_ONCE)
        for organisation in sorted({row.organisation for row in rows}):
            _tell([row for row in rows if row.organisation == organisation], organisation, actor, at)
        new_ways.told(rows, wait=wait(), at=at)
    return len(rows)


def _tell(rows: Sequence[NewWay], organisation: UUID, actor: Actor, at: datetime) -> None:
    ids = [row.identifier for row in rows]
    root_of = dict(Identifier.objects.filter(id__in=ids, state="active").values_list("id", "member__root"))
    roots = {root for root in root_of.values() if root is not None}
    known = known_before(roots, at=at)
    named = {one.id: (one.kind, one.value) for of_root in identifiers_of(sorted(roots)).values() for one in of_root}
    notices = [
        Notice(
            f"address-added/{row.identifier}/{row.added_at:%s}/{old}",
            root,
            CHANNELS[kind],
            {"address": masked(*named[row.identifier]), "days": settings.NEW_ADDRESS_DAYS, "link": link_of(row)},
            old,
        )
        for row in rows
        if (root := root_of.get(row.identifier)) is not None
        for old, kind, _, _ in known[root]
    ]
    if notices:
        tell(Service.ADDRESS_ADDED, notices, organisation=organisation, actor=actor, at=at)


def masked(kind: str, value: str) -> str:
    """Enough to know one's own by, in letters that make no text to a phone longer.

    >>> masked("email", "ada.wong@example.com"), masked("phone", "+447400123456")
    ('a***@example.com', '***3456')
    """
    if kind == "email":
        name, _, host = value.rpartition("@")
        return f"{name[:1]}***@{host}"
    return f"***{identifying.tail(kind, value) or value[-4:]}"


def link_of(row: NewWay) -> str:
    return f"{links.pages_url()}address/{links.write(row.identifier, _secret())}"


def way_of(token: str) -> tuple[NewWay, UUID] | None:
    """What a link is about, and whose it is now; None where it is over or was made up. Two queries."""
    number = links.read(token, _secret())
    row = NewWay.objects.filter(identifier=number).first() if number else None
    if row is None:
        return None
    root = Member.objects.filter(identifiers__id=row.identifier).values_list("root", flat=True).first()
    return (row, root) if root is not None else None


def agree(identifier: UUID, *, root: UUID, actor: Actor, at: datetime) -> None:
    """Raises UnknownIdentifier."""
    ways.agree(identifier, root=root, actor=actor, at=at)


@transaction.atomic
def object_to(identifier: UUID, *, root: UUID, organisation: UUID, language: str, actor: Actor, at: datetime) -> None:
    """It is taken out, whoever came in by it is logged out, and a case says so. Told again it changes nothing. Raises
    UnknownIdentifier."""
    if not ways.object_to(identifier, root=root, actor=actor, at=at):
        return
    sessions.end_all(root, actor=actor, at=at)
    if not CaseKind.objects.filter(organisation=organisation, code=KIND, retired_at=None).exists():
        set_kind(Kind(organisation, KIND, _NAMES[language], 24, False, 1), actor=actor, at=at)
    (one,) = [own for own in identifiers_of([root], with_ended=True)[root] if own.id == identifier]
    said = f"{masked(one.kind, one.value)} · {one.effective_at:%Y-%m-%d} · {one.source or one.kind}"
    wanted = NewCase(organisation, KIND, _NAMES[language], said, "web", member=root)
    open_case(wanted, actor=actor, at=at)


def _secret() -> bytes:
    return derived(card_secret(), "new-way")
