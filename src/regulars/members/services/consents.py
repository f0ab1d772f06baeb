"""What members agree to: wordings, each yes and no with its proof, and what holds now."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members.errors import WordingChanged, WrongConsent
from regulars.members.locks import lock_members
from regulars.members.models import Consent, Permission, Wording
from regulars.members.moves import Asked
from regulars.members.services.people import said_by

_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
# The later moment holds; at the same moment the no. So the order in which they arrive changes nothing.
_HOLDS: Final = """
INSERT INTO members_permission AS p (member_id, channel, purpose, given, effective_at)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::boolean[], %s::timestamptz[])
ON CONFLICT (member_id, channel, purpose) DO UPDATE SET given = EXCLUDED.given, effective_at = EXCLUDED.effective_at
WHERE EXCLUDED.effective_at > p.effective_at OR (EXCLUDED.effective_at = p.effective_at AND NOT EXCLUDED.given)
"""


@transaction.atomic
def publish(
    *, organisation: UUID, purpose: str, language: str, version: str, text: str, actor: Actor, at: datetime
) -> UUID:
    """The text people will agree to. The same version and text again is the same wording; another text is refused.

    Raises WordingChanged, WrongConsent.
    """
    _refuse_wrong_word(purpose)
    if not text.strip():
        raise WrongConsent("A wording has a text.")
    row = Wording(
        id=new_id(at),
        organisation=organisation,
        purpose=purpose,
        language=language,
        version=version,
        text=text,
        published_at=at,
    )
    Wording.objects.bulk_create([row], ignore_conflicts=True)
    found = Wording.objects.get(organisation=organisation, purpose=purpose, language=language, version=version)
    if found.text != text:
        raise WordingChanged(f"Version {version} is published with another text.", purpose=purpose, version=version)
    if found.id == row.id:
        after = {"purpose": purpose, "language": language, "version": version}
        record([Deed("consents.publish", typed("wrd", row.id), after=after)], actor=actor, at=at)
    return found.id


@transaction.atomic
def tell(asked: Sequence[Asked], *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Writes each yes and no with its proof; what holds changes in the same transaction, so that a no is obeyed by
    whoever asks next. A fixed number of queries. Raises WrongConsent, UnknownMember, MemberClosed."""
    wordings = dict(
        Wording.objects.filter(id__in={one.wording for one in asked}, organisation=organisation).values_list(
            "id", "purpose"
        )
    )
    for one in asked:
        _refuse_wrong(one, wordings, at)
    members = lock_members((one.member for one in asked), organisation=organisation)
    told = [replace(one, member=members[one.member].id) for one in asked]
    Consent.objects.bulk_create([_row(one, actor, at) for one in told], batch_size=5000)
    _hold(told)
    record([_deed(one) for one in told], actor=actor, at=at)


def withdraw_all(member: UUID, *, organisation: UUID, source: str, actor: Actor, at: datetime) -> int:
    """A no to everything the member, or one merged into it, has said yes to. Returns how many. Raises UnknownMember,
    MemberClosed."""
    with transaction.atomic():
        root = lock_members([member], organisation=organisation)[member].id
        rows = Permission.objects.filter(member__root=root, given=True).values_list("channel", "purpose").distinct()
        asked = [Asked(root, channel, purpose, False, source, at) for channel, purpose in rows]
        if asked:
            tell(asked, organisation=organisation, actor=actor, at=at)
        return len(asked)


def _refuse_wrong(one: Asked, wordings: Mapping[UUID, str], at: datetime) -> None:
    _refuse_wrong_word(one.channel)
    _refuse_wrong_word(one.purpose)
    if one.given and one.wording is None:
        raise WrongConsent("A yes names the wording it was given to.", purpose=one.purpose)
    if one.wording is not None and wordings.get(one.wording) != one.purpose:
        raise WrongConsent("That wording is of another purpose, or not there.", purpose=one.purpose)
    if one.effective_at > at:
        raise WrongConsent("Nobody agrees in the future.", purpose=one.purpose)


def _refuse_wrong_word(word: str) -> None:
    if not _WORD.fullmatch(word):
        raise WrongConsent("Channels and purposes are words of small letters, digits and _.", word=word[:40])


def _row(one: Asked, actor: Actor, at: datetime) -> Consent:
    return Consent(
        member_id=one.member,
        channel=one.channel,
        purpose=one.purpose,
        given=one.given,
        wording_id=one.wording,
        source=one.source,
        actor=said_by(actor),
        effective_at=one.effective_at,
        recorded_at=at,
    )


def _hold(told: Sequence[Asked]) -> None:
    last: dict[tuple[UUID, str, str], Asked] = {}
    for one in sorted(told, key=lambda one: (one.effective_at, not one.given)):
        last[one.member, one.channel, one.purpose] = one
    rows = list(last.values())
    with connection.cursor() as cursor:
        cursor.execute(
            _HOLDS,
            [
                [one.member for one in rows],
                [one.channel for one in rows],
                [one.purpose for one in rows],
                [one.given for one in rows],
                [one.effective_at for one in rows],
            ],
        )


def _deed(one: Asked) -> Deed:
    after = {"channel": one.channel, "purpose": one.purpose, "given": one.given, "source": one.source}
    return Deed("consents.tell", typed("mbr", one.member), after=after)
