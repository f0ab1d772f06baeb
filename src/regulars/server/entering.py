"""Log-in of staff: the password, and how often somebody may try."""

from dataclasses import dataclass

from django.contrib.auth import authenticate, login
from django.http import HttpRequest
from django.utils.translation import gettext as _

from regulars.access.models import Staff


@dataclass(frozen=True, slots=True)
class Refused:
    told: str
    status: int


def enter(request: HttpRequest, email: str, password: str) -> Refused | None:
    """Logs in, or says why not; nothing tells an unknown address from a wrong password."""
    found = authenticate(request, username=email.strip().lower(), password=password)
    if not isinstance(found, Staff):
        return Refused(_("Mail address and password do not belong together."), 403)
    login(request, found)
    return None


def address_of(request: HttpRequest) -> str:
    """Of the network."""
    return str(request.META.get("REMOTE_ADDR", ""))
