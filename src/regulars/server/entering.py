"""Log-in of staff on the pages: the access room decides, Django keeps the session.

Whoever has a second factor shows a password first and a code then; between the two the session knows who may show one,
and nobody is logged in. Whoever must have one, and has none, gets no further than to the page where it is made.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from regulars.access.errors import TooManyTries, WrongCode, WrongLogIn
from regulars.access.models import Staff
from regulars.access.moves import Holder, LoggedIn
from regulars.access.services.sessions import log_in, log_in_with_code, log_out, staff_of
from regulars.basics.ids import typed
from regulars.console.session import LATER, address_of, request_id_of
from regulars.journal.moves import STAFF, Actor

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
FOR_A_CODE: Final = timedelta(minutes=10)
# In the session: who has shown a password and not yet a code.
_PENDING: Final = "regulars.pending"


@dataclass(frozen=True, slots=True)
class Refused:
    told: str
    status: int


def enter(request: HttpRequest, email: str, password: str) -> Refused | LoggedIn:
    """Logs in, or asks for a code, or says why not; nothing tells an unknown address from a wrong password."""
    at = timezone.now()
    try:
        found = log_in(email, password, address=address_of(request), request_id=request_id_of(request), at=at)
    except WrongLogIn as wrong:
        return Refused(_("Mail address and password do not belong together."), wrong.status)
    except TooManyTries as many:
        return Refused(_("Too many failed log-ins. Wait a quarter of an hour."), many.status)
    person = staff_of(found)
    if found.needs_code:
        until = (at + FOR_A_CODE).isoformat()
        request.session.cycle_key()
        request.session[_PENDING] = {"staff": str(person.pk), "until": until, "hash": person.get_session_auth_hash()}
    else:
        login(request, person, backend=BACKEND)
    return found


def awaited(request: HttpRequest) -> UUID | None:
    """Who has just shown a password, and may show a code."""
    kept = request.session.get(_PENDING)
    if kept is None or datetime.fromisoformat(kept["until"]) < timezone.now():
        return None
    person = Staff.objects.filter(pk=kept["staff"]).first()
    if person is None or not constant_time_compare(kept["hash"], person.get_session_auth_hash()):
        return None  # a new password since, or every session was ended
    return person.pk


def enter_with_code(request: HttpRequest, staff: UUID, code: str) -> Refused | None:
    """The second half: logs in, or says why not."""
    try:
        found = log_in_with_code(
            staff, code, address=address_of(request), request_id=request_id_of(request), at=timezone.now()
        )
    except (WrongCode, TooManyTries, WrongLogIn) as refusal:
        return refused(refusal)
    login(request, staff_of(found), backend=BACKEND)
    request.session.pop(_PENDING, None)
    return None


def refused(refusal: WrongCode | TooManyTries | WrongLogIn) -> Refused:
    """In words, of a code."""
    if isinstance(refusal, TooManyTries):
        return Refused(_("Too many wrong codes. Wait a quarter of an hour."), refusal.status)
    return Refused(_("This code is wrong, or was used before. Take the one that the app shows now."), refusal.status)


def enter_first(request: HttpRequest, staff: Staff) -> None:
    """The very first administrator, who has just made their own account: the second factor is for the next log-in."""
    login(request, staff, backend=BACKEND)
    request.session[LATER] = True


def stay(request: HttpRequest, holder: Holder) -> None:
    """This session goes on, after a deed that has ended every session of this person."""
    update_session_auth_hash(request, Staff.objects.get(pk=holder.id))


def leave(request: HttpRequest) -> None:
    """Ends the session, and writes that somebody left."""
    if isinstance(request.user, Staff):
        person = request.user
        actor = Actor(STAFF, typed("stf", person.id), person.name, request_id_of(request), address_of(request))
        log_out(person.id, actor=actor, at=timezone.now())
    logout(request)


def next_of(request: HttpRequest) -> str:
    """Where the visitor was going, if that is on this server."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"
