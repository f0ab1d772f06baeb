"""Staff: taken on, given a password, closed and opened again."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F

from regulars.access import gate, locks
from regulars.access.checking import named
from regulars.access.errors import StaffClash, UnknownStaff, WeakPassword, WrongSetting
from regulars.access.models import Assignment, Key, Staff
from regulars.access.moves import Grants, Place
from regulars.access.rights import Right
from regulars.access.services.roles import keep_an_administrator, rights_of
from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record


@transaction.atomic
def hire(email: str, *, name: str, password: str | None = None, by: Grants, actor: Actor, at: datetime) -> UUID:
    """New staff, without any role yet; without a password nobody logs in as them. Raises StaffClash, WeakPassword …"""
    gate.require_any(by, Right.ACCESS_MANAGE)
    made = Staff(id=new_id(at), email=_address(email), name=named(name, what="person"), created_at=at)
    _set(made, password)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as clash:
        raise StaffClash("Somebody with this mail address is staff already.") from clash
    record([Deed("access.hire", typed("stf", made.id))], actor=actor, at=at)
    return made.id


@transaction.atomic
def set_password(staff: UUID, password: str, *, actor: Actor, at: datetime) -> None:
    """A new password, which ends every session. The person themselves come by `passwords.change_password`.

    Raises UnknownStaff, WeakPassword.
    """
    found = known_staff(staff)
    _set(found, password)
    found.sessions_ended += 1
    found.save(update_fields=["password", "sessions_ended"])
    record([Deed("access.set_password", typed("stf", staff))], actor=actor, at=at)


@transaction.atomic
def deactivate(staff: UUID, *, reason: str = "", by: Grants, actor: Actor, at: datetime) -> int:
    """Closes an account: its sessions end now, and its own keys too; says how many keys.

    Whoever does it must have what they take, at each place. Raises NotAllowed, UnknownStaff, LastAdministrator.
    """
    found = known_staff(staff)
    given = list(Assignment.objects.filter(staff=found).select_related("role"))
    for organisation in sorted({one.organisation_id for one in given}):
        locks.organisation(organisation)
    require_over(given, by)
    Staff.objects.filter(pk=staff).update(is_active=False, sessions_ended=F("sessions_ended") + 1)
    keys = Key.objects.filter(owner=staff, revoked_at=None).update(revoked_at=at)
    for one in given:
        if one.merchant_id is None and Right.ACCESS_MANAGE in one.role.rights:
            keep_an_administrator(one.organisation_id)
    record([Deed("access.deactivate", typed("stf", staff), after={"keys": keys}, reason=reason)], actor=actor, at=at)
    return keys


@transaction.atomic
def reactivate(staff: UUID, *, by: Grants, actor: Actor, at: datetime) -> None:
    """Opens a closed account again, with the roles it had; keys stay revoked. Raises NotAllowed, UnknownStaff."""
    found = known_staff(staff)
    require_over(list(Assignment.objects.filter(staff=found).select_related("role")), by)
    Staff.objects.filter(pk=staff).update(is_active=True)
    record([Deed("access.reactivate", typed("stf", staff))], actor=actor, at=at)


@transaction.atomic
def end_sessions(staff: UUID, *, actor: Actor, at: datetime) -> None:
    """Logs somebody out everywhere, with the next request of each session. Raises UnknownStaff."""
    if Staff.objects.filter(pk=staff).update(sessions_ended=F("sessions_ended") + 1) != 1:
        raise UnknownStaff("There is no such staff.")
    record([Deed("access.end_sessions", typed("stf", staff))], actor=actor, at=at)


def require_over(given: list[Assignment], by: Grants) -> None:
    """Who takes from somebody must have all they have, at each place. Raises NotAllowed."""
    gate.require_any(by, Right.ACCESS_MANAGE)
    for one in given:
        gate.require_give(by, rights_of(one.role.rights), Place(one.organisation_id, one.merchant_id, one.store_id))


def known_staff(staff: UUID) -> Staff:
    """One query. Raises UnknownStaff."""
    found = Staff.objects.filter(pk=staff).first()
    if found is None:
        raise UnknownStaff("There is no such staff.")
    return found


def require_strong(staff: Staff, password: str) -> None:
    """Raises WeakPassword."""
    try:
        validate_password(password, staff)
    except ValidationError as weak:
        raise WeakPassword(" ".join(weak.messages), reasons=weak.messages) from weak


def _address(text: str) -> str:
    found = text.strip().lower()
    try:
        validate_email(found)
    except ValidationError as wrong:
        raise WrongSetting("This is no mail address.", field="email") from wrong
    return found


def _set(staff: Staff, password: str | None) -> None:
    """Raises WeakPassword."""
    if password is not None:
        require_strong(staff, password)
    staff.set_password(password)
