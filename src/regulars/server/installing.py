"""Making an installation ready: its tables, its keys, and the link for the first administrator. Safe to repeat."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.core.management import call_command
from django.db import connection, transaction

from regulars.access import gate
from regulars.access.alerts.rules import lay_down
from regulars.access.models import Organisation, Staff
from regulars.access.moves import NewMerchant
from regulars.access.moves import Place as Where
from regulars.access.services.places import found_organisation, open_merchants
from regulars.access.services.roles import assign, renew_built_in
from regulars.access.services.staff import hire
from regulars.basics.ids import typed
from regulars.journal.moves import STAFF, Actor
from regulars.members.services.keys import check, make_first
from regulars.server.errors import LinkNotValid, OtherSecrets
from regulars.server.health import missing_migrations
from regulars.server.models import FirstLink, Secret
from regulars.server.place import Place
from regulars.server.secrets import fingerprints

VALID: Final = timedelta(hours=24)
_LOCK: Final = 0x5265676C  # "Regl": one process migrates, the others wait
HOUSE: Final = Actor.job("regulars serve")


def install(place: Place, *, at: datetime) -> None:
    """Tables of this release, and keys. Raises KeysMissing, WrongKeys, OtherSecrets."""
    migrate()
    _refuse_other(place, fingerprints(place))
    make_first(at=at)
    keep_secrets_alike(place)
    if Organisation.objects.exists():
        lay_down(at=at)  # alert rules that this release brings; those there stay as they were changed
        renew_built_in(actor=HOUSE, at=at)


def migrate() -> None:
    """Under a lock of the database: of several machines that start together one migrates. Lets go if it dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            if missing_migrations():
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@transaction.atomic
def keep_secrets_alike(place: Place) -> None:
    """Two machines with different secrets would not read each other's sessions and cards. Raises OtherSecrets."""
    here = fingerprints(place)
    Secret.objects.bulk_create([Secret(name=n, fingerprint=f) for n, f in here.items()], ignore_conflicts=True)
    _refuse_other(place, here)


def check_secrets(place: Place) -> None:
    """That the secrets here are this database's. Two queries. Raises KeysMissing, WrongKeys, OtherSecrets."""
    check()
    _refuse_other(place, fingerprints(place))


def _refuse_other(place: Place, here: dict[str, str]) -> None:
    known = dict(Secret.objects.values_list("name", "fingerprint"))
    other = sorted(name for name, fingerprint in here.items() if known.get(name, fingerprint) != fingerprint)
    if other:
        raise OtherSecrets(
            f"The database works with other secrets than those in {place.secrets}: {', '.join(other)}. Copy the folder "
            "of secrets of the machine that was there first, or put it back from its backup.",
            names=other,
        )


@transaction.atomic
def begin(*, name: str, zone: str, currency: str, at: datetime) -> None:
    """An organisation with one merchant of its name, unless there is one. Raises WrongSetting."""
    if Organisation.objects.exists():
        return
    actor = Actor.job("regulars init")
    founded = found_organisation(name, zone=zone, by=gate.HOUSE, actor=actor, at=at)
    open_merchants(founded, [NewMerchant(name, zone, currency)], by=gate.HOUSE, actor=actor, at=at)


def begun() -> Organisation | None:
    """The organisation that waits for its first administrator. One query."""
    found = list(Organisation.objects.order_by("created_at")[:2])
    return found[0] if len(found) == 1 else None


def new_link(*, at: datetime) -> tuple[str, datetime] | None:
    """A one-time link, as its last part, and its end; every older one ends now. None once there is staff."""
    with transaction.atomic():
        if Staff.objects.exists():
            return None
        FirstLink.objects.all().delete()
        text = secrets.token_urlsafe(32)
        FirstLink.objects.create(digest=_digest(text), made_at=at, expires_at=at + VALID)
    return text, at + VALID


def link_is_valid(text: str, *, at: datetime) -> bool:
    """Two queries."""
    known = FirstLink.objects.filter(digest=_digest(text), used_at=None, expires_at__gt=at)
    return known.exists() and not Staff.objects.exists()


@transaction.atomic
def make_first_administrator(
    link: str,
    *,
    email: str,
    name: str,
    password: str,
    organisation: str = "",
    zone: str = "",
    at: datetime,
    address: str = "",
) -> Staff:
    """The organisation, unless it was begun, and its first administrator; the link is used up with it, or not at all.

    Raises LinkNotValid, WeakPassword, WrongSetting.
    """
    unused = FirstLink.objects.filter(digest=_digest(link), used_at=None, expires_at__gt=at)
    # One of two at the same instant finds no row, and leaves.
    if unused.update(used_at=at) != 1 or Staff.objects.exists():
        raise LinkNotValid("This link has been used, or its time is over. Start Regulars again: it prints a new one.")
    actor = Actor(HOUSE.kind, HOUSE.id, HOUSE.name, address=address)
    there = begun()
    founded = there.id if there else found_organisation(organisation, zone=zone, by=gate.HOUSE, actor=actor, at=at)
    person = hire(email, name=name, password=password, by=gate.HOUSE, actor=actor, at=at)
    themselves = Actor(STAFF, typed("stf", person), name, address=address)
    assign("administrator", Where(founded), staff=person, by=gate.HOUSE, actor=themselves, at=at)
    return Staff.objects.get(pk=person)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
