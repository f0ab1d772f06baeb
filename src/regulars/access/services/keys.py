"""API keys: made, rotated, revoked. A key's text is shown once; what is kept cannot give it back."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from regulars.access import gate
from regulars.access.checking import named
from regulars.access.errors import UnknownKey, WrongSetting
from regulars.access.models import Assignment, Key, Secret
from regulars.access.moves import Grants, KeyMade, Place
from regulars.access.selectors import NOTED_EVERY
from regulars.access.services.roles import assign, rights_of
from regulars.access.texts import digest_of, new_text, prefix_of
from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record

OVERLAP: Final = timedelta(days=7)  # so long the old text of a rotated key is valid too


@transaction.atomic
def create_key(
    name: str,
    role: str,
    place: Place,
    *,
    owner: UUID | None = None,
    expires_at: datetime | None = None,
    by: Grants,
    actor: Actor,
    at: datetime,
) -> KeyMade:
    """A key with a role at a place. With an owner it is that person's: never more than they may, gone when they go.

    Raises NotAllowed, UnknownRole, UnknownPlace, WrongSetting.
    """
    made = Key.objects.create(id=new_id(at), name=named(name, what="key"), created_at=at, owner_id=owner)
    assign(role, place, key=made.id, by=by, actor=actor, at=at)
    text = _secret(made, expires_at, at)
    record([_deed("access.create_key", made.id, expires_at)], actor=actor, at=at)
    return KeyMade(made.id, text, expires_at)


@transaction.atomic
def rotate_key(
    key: UUID,
    *,
    overlap: timedelta = OVERLAP,
    expires_at: datetime | None = None,
    by: Grants,
    actor: Actor,
    at: datetime,
) -> KeyMade:
    """A second text for the same key; the first is valid until the overlap ends. Raises NotAllowed, UnknownKey."""
    if overlap < timedelta(0):
        raise WrongSetting("The overlap cannot be negative.", field="overlap")
    found = _found(key, by)
    for secret in Secret.objects.filter(key=found):
        if secret.expires_at is None or secret.expires_at > at + overlap:
            Secret.objects.filter(pk=secret.pk).update(expires_at=at + overlap)
    text = _secret(found, expires_at, at)
    record([_deed("access.rotate_key", key, expires_at)], actor=actor, at=at)
    return KeyMade(key, text, expires_at)


@transaction.atomic
def revoke_key(key: UUID, *, by: Grants, actor: Actor, at: datetime) -> None:
    """Ends a key at once, with all its texts. Raises NotAllowed, UnknownKey."""
    found = _found(key, by)
    if Key.objects.filter(pk=found.pk, revoked_at=None).update(revoked_at=at) != 1:
        raise UnknownKey("This key has been revoked already.")
    record([_deed("access.revoke_key", key, None)], actor=actor, at=at)


def note_use(text: str, *, at: datetime) -> None:
    """Keeps when a key was last used, to the hour. Called for a holder that is `unnoted`, so that a call costs no write
    and no till waits for another.

    Not a deed: the journal has each deed of the key itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "update access_secret set used_at = %(at)s where prefix = %(prefix)s"
            " and (used_at is null or used_at < %(before)s)",
            {"prefix": prefix_of(text), "at": at, "before": at - NOTED_EVERY},
        )


def _found(key: UUID, by: Grants) -> Key:
    found = Key.objects.filter(pk=key, revoked_at=None).first()
    if found is None:
        raise UnknownKey("There is no such key, or it has been revoked.")
    for given in Assignment.objects.filter(key=found).select_related("role"):
        gate.require_give(
            by, rights_of(given.role.rights), Place(given.organisation_id, given.merchant_id, given.store_id)
        )
    return found


def _secret(key: Key, expires_at: datetime | None, at: datetime) -> str:
    if expires_at is not None and expires_at <= at:
        raise WrongSetting("The key would have expired already.", field="expires_at")
    text = new_text()
    Secret.objects.create(prefix=prefix_of(text), key=key, digest=digest_of(text), created_at=at, expires_at=expires_at)
    return text


def _deed(what: str, key: UUID, expires_at: datetime | None) -> Deed:
    return Deed(what, typed("key", key), after={"expires_at": expires_at.isoformat() if expires_at else None})
