"""Log-in of staff on the pages: the access room decides, Django keeps the session."""

from dataclasses import dataclass

from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.access.errors import TooManyTries, WrongLogIn
from regulars.access.models import Staff
from regulars.access.services.sessions import log_in, log_out, staff_of
from regulars.basics.ids import typed
from regulars.journal.moves import STAFF, Actor

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Refused:
    told: str
    status: int


def enter(request: HttpRequest, email: str, password: str) -> Refused | None:
    """Logs in, or says why not; nothing tells an unknown address from a wrong password."""
    try:
        found = log_in(
            email, password, address=address_of(request), request_id=request_id_of(request), at=timezone.now()
        )
    except WrongLogIn as wrong:
        return Refused(_("Mail address and password do not belong together."), wrong.status)
    except TooManyTries as many:
        return Refused(_("Too many failed log-ins. Wait a quarter of an hour."), many.status)
    login(request, staff_of(found), backend=BACKEND)
    return None


def leave(request: HttpRequest) -> None:
    """Ends the session, and writes that somebody left."""
    if isinstance(request.user, Staff):
        person = request.user
        actor = Actor(STAFF, typed("stf", person.id), person.name, request_id_of(request), address_of(request))
        log_out(person.id, actor=actor, at=timezone.now())
    logout(request)


def address_of(request: HttpRequest) -> str:
    """Of the network."""
    return str(request.META.get("REMOTE_ADDR", ""))


def request_id_of(request: HttpRequest) -> str:
    return str(getattr(request, "id", ""))
