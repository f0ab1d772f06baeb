"""The second factor of staff: offered, taken into use by a first code, asked for, and taken away.

Call `check` outside a transaction: what a wrong code leaves (its count, its line) must stay.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from regulars.access import factors, gate
from regulars.access.errors import NoSecondFactor, NotAllowed, SecondFactorRequired, TooManyTries, WrongCode
from regulars.access.models import Assignment, Factor, RecoveryCode, Staff, Tries
from regulars.access.moves import FactorOffered, Grants
from regulars.access.rights import Right
from regulars.access.sealing import seal, unseal
from regulars.access.selectors import factor_of
from regulars.access.services.staff import known_staff, require_over
from regulars.access.services.tries import WINDOW, begun, counted, left
from regulars.access.texts import keyed
from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record

MOST: Final = 10  # wrong codes of one person within a window; who asks has shown the password already
APP: Final = "app"
RECOVERY: Final = "recovery code"
EVERYBODY: Final = "everybody"
_PURPOSE: Final = "regulars.access.factor"


def required(grants: Grants) -> bool:
    """Whether somebody who may this much must have a second factor: whoever manages access anywhere. No query."""
    everybody: bool = settings.SECOND_FACTOR == EVERYBODY
    return everybody or not gate.scope(grants, Right.ACCESS_MANAGE).empty


@transaction.atomic
def offer(staff: UUID, *, actor: Actor, at: datetime) -> None:
    """A new secret to be taken into an app; one that is in use stays in use until `confirm`. Raises UnknownStaff."""
    known_staff(staff)
    fresh = seal(factors.new_secret(), purpose=_PURPOSE, beside=staff.bytes)
    Factor.objects.update_or_create(staff_id=staff, defaults={"offered": fresh})
    record([Deed("access.offer_factor", typed("stf", staff))], actor=actor, at=at)


def offered(staff: UUID) -> FactorOffered | None:
    """What is to be shown to the person themselves. Two queries."""
    factor = factor_of(staff)
    if factor is None or not factor.offered:
        return None
    secret = unseal(bytes(factor.offered), purpose=_PURPOSE, beside=staff.bytes)
    address = factors.address_of(secret, who=known_staff(staff).email, whose="Regulars")
    return FactorOffered(address, factors.spelled(secret))


@transaction.atomic
def confirm(staff: UUID, code: str, *, actor: Actor, at: datetime) -> list[str]:
    """Takes what was offered into use, and gives recovery codes, shown this once. Ends every session.

    Raises WrongCode.
    """
    factor = factor_of(staff)
    step = None
    if factor is not None and factor.offered:
        secret = unseal(bytes(factor.offered), purpose=_PURPOSE, beside=staff.bytes)
        step = factors.matching_step(secret, factors.bare(code), at)
    if factor is None or step is None:
        raise WrongCode("This is not the code that the app shows now.")
    taken = Factor.objects.filter(pk=staff, offered=factor.offered)
    if taken.update(sealed=factor.offered, offered=b"", made_at=at, last_step=step) != 1:
        raise WrongCode("This is not the code that the app shows now.")  # another was offered this very moment
    Staff.objects.filter(pk=staff).update(sessions_ended=F("sessions_ended") + 1)
    record([Deed("access.make_factor", typed("stf", staff))], actor=actor, at=at)
    return _new_codes(staff)


def check(staff: UUID, code: str, *, actor: Actor, at: datetime) -> str:
    """Uses a code up: of the app, or a recovery code; answers which. Raises TooManyTries, WrongCode."""
    mark = keyed("regulars.access.codes", str(staff))
    subject = typed("stf", staff)
    with transaction.atomic():
        count = counted({mark: WINDOW}, at=at)[mark]
        if count == MOST + 1:
            record([Deed("access.code_barred", subject)], actor=actor, at=at)
    if count > MOST:
        raise TooManyTries("Too many wrong codes. Wait a while.", retry_after=left(at))
    used = _used(staff, factors.bare(code), at)
    if used is None:
        record([Deed("access.code_failed", subject)], actor=actor, at=at)
        raise WrongCode("The code is wrong, was used before, or its time is over.")
    Tries.objects.filter(mark=mark, window_at=begun(at), count__gt=0).update(count=F("count") - 1)
    if used == RECOVERY:
        record([Deed("access.use_recovery_code", subject)], actor=actor, at=at)
    return used


def _used(staff: UUID, code: str, at: datetime) -> str | None:
    """An update that must hit one row: of two who send the same code at the same instant one is let in."""
    factor = factor_of(staff)
    if factor is None or factor.made_at is None:
        return None
    if len(code) == factors.DIGITS and code.isascii() and code.isdigit():
        step = factors.matching_step(unseal(bytes(factor.sealed), purpose=_PURPOSE, beside=staff.bytes), code, at)
        unused = Factor.objects.filter(pk=staff, sealed=factor.sealed, last_step__lt=step or 0)
        return APP if step is not None and unused.update(last_step=step) == 1 else None
    kept = RecoveryCode.objects.filter(staff=staff, digest=_digest(staff, code), used_at=None)
    return RECOVERY if kept.update(used_at=at) == 1 else None


@transaction.atomic
def renew_recovery_codes(staff: UUID, *, actor: Actor, at: datetime) -> list[str]:
    """New ones instead of those there are; shown this once. Raises NoSecondFactor."""
    if not Factor.objects.filter(pk=staff, made_at__isnull=False).exists():
        raise NoSecondFactor("There is no second factor to have recovery codes for.")
    record([Deed("access.renew_recovery_codes", typed("stf", staff))], actor=actor, at=at)
    return _new_codes(staff)


@transaction.atomic
def give_up(staff: UUID, *, by: Grants, actor: Actor, at: datetime) -> None:
    """The person themselves goes on without one. Raises SecondFactorRequired, NoSecondFactor."""
    if required(by):
        raise SecondFactorRequired("Who may manage access keeps a second factor; exchange it for another.")
    _remove(staff, "access.give_up_factor", reason="", actor=actor, at=at)


@transaction.atomic
def remove(staff: UUID, *, reason: str = "", by: Grants, actor: Actor, at: datetime) -> None:
    """For somebody who lost theirs: another administrator takes it away, which ends their sessions and is an alert; at
    the next log-in they are asked for a new one. Raises NotAllowed, UnknownStaff, NoSecondFactor.
    """
    known_staff(staff)
    if actor.id == typed("stf", staff):
        raise NotAllowed("Somebody else who manages access does this for you.", right=Right.ACCESS_MANAGE.value)
    require_over(list(Assignment.objects.filter(staff=staff).select_related("role")), by)
    _remove(staff, "access.remove_factor", reason=reason, actor=actor, at=at)


def _remove(staff: UUID, what: str, *, reason: str, actor: Actor, at: datetime) -> None:
    if not Factor.objects.filter(pk=staff, made_at__isnull=False).delete()[0]:
        raise NoSecondFactor("This person has no second factor.")
    RecoveryCode.objects.filter(staff=staff).delete()
    Staff.objects.filter(pk=staff).update(sessions_ended=F("sessions_ended") + 1)
    record([Deed(what, typed("stf", staff), reason=reason)], actor=actor, at=at)


def _new_codes(staff: UUID) -> list[str]:
    RecoveryCode.objects.filter(staff=staff).delete()
    codes = factors.new_recovery_codes()
    digests = [_digest(staff, factors.bare(code)) for code in codes]
    RecoveryCode.objects.bulk_create(RecoveryCode(staff_id=staff, digest=digest) for digest in digests)
    return codes


def _digest(staff: UUID, code: str) -> bytes:
    return keyed("regulars.access.recovery_code", f"{staff}\x1f{code}")
