"""Logging in and out. A log-in page calls `log_in`, and then Django's `login` with what `staff_of` gives.

Call it outside a transaction: what a failed log-in leaves (its count, its line) must stay.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.access.errors import WrongLogIn
from regulars.access.models import Haunt, Staff, Tries
from regulars.access.moves import LoggedIn
from regulars.access.selectors import has_factor
from regulars.access.services.factors import check
from regulars.access.services.passwords import network_of, whose
from regulars.access.services.tries import WINDOW
from regulars.access.texts import keyed
from regulars.basics.ids import typed
from regulars.journal.moves import STAFF, SYSTEM, Actor, Deed
from regulars.journal.services import record


def log_in(email: str, password: str, *, address: str = "", request_id: str = "", at: datetime) -> LoggedIn:
    """Who this is, written into the journal. Raises TooManyTries (before the password is looked at), WrongLogIn.

    Whoever has a second factor is not in yet: see `log_in_with_code`, which writes the line then.
    """
    nobody = Actor(SYSTEM, "log-in", request_id=request_id, address=address)
    person = whose(email, password, failed="access.log_in_failed", actor=nobody, at=at)
    if has_factor(person.id):
        return LoggedIn(person.id, new_place=False, needs_code=True)
    return _welcome(person, Actor(STAFF, typed("stf", person.id), person.name, request_id, address), at)


def log_in_with_code(staff: UUID, code: str, *, address: str = "", request_id: str = "", at: datetime) -> LoggedIn:
    """The second half of a log-in whose password was right. Raises TooManyTries, WrongCode, WrongLogIn (closed)."""
    nobody = Actor(SYSTEM, "log-in", request_id=request_id, address=address)
    person = Staff.objects.filter(pk=staff, is_active=True).first()
    if person is None:
        raise WrongLogIn("Mail address and password do not belong together.")
    by = check(staff, code, actor=nobody, at=at)
    return _welcome(person, Actor(STAFF, typed("stf", person.id), person.name, request_id, address), at, by=by)


def staff_of(found: LoggedIn) -> Staff:
    """As Django's `login` wants it. One query."""
    return Staff.objects.get(pk=found.staff)


def log_out(staff: UUID, *, actor: Actor, at: datetime) -> None:
    """Writes that somebody left; ending the session itself is the page's."""
    record([Deed("access.log_out", typed("stf", staff))], actor=actor, at=at)


def sweep(*, at: datetime) -> int:
    """Forgets counts of windows long past; says how many. One query."""
    return Tries.objects.filter(window_at__lt=at - 2 * WINDOW).delete()[0]


@transaction.atomic
def _welcome(person: Staff, actor: Actor, at: datetime, *, by: str = "") -> LoggedIn:
    new_place = _noted(person, network_of(actor.address), at)
    second = {"second_factor": by} if by else {}
    record([Deed("access.log_in", actor.id, after={"new_place": new_place, **second})], actor=actor, at=at)
    return LoggedIn(person.id, new_place)


def _noted(person: Staff, network: str, at: datetime) -> bool:
    """Keeps the network; whether it is new to a person who has been here from others before."""
    mark = keyed("regulars.access.haunt", f"{person.id}\x1f{network}")
    others = Haunt.objects.filter(staff=person).exclude(mark=mark).exists()
    _, fresh = Haunt.objects.update_or_create(
        staff=person, mark=mark, defaults={"last_at": at}, create_defaults={"first_at": at, "last_at": at}
    )
    return others and fresh
