"""Who sits before a page: the session of a member of staff, with a second factor where they must have one."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from regulars.access.models import Staff
from regulars.access.moves import Holder
from regulars.access.selectors import grants_of_staff, has_factor
from regulars.access.services.factors import required
from regulars.journal.moves import Actor

LATER: Final = (
    "regulars.second_factor_later"  # in the session: the very first administrator makes one at the next log-in
)


def staff_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for those who are logged in, with a second factor where they must have one. Two queries."""

    @wraps(view)
    def shown(request: HttpRequest, *values: Any, **named: Any) -> HttpResponse:
        holder = holder_of(request)
        if required(holder.grants) and not request.session.get(LATER) and not has_factor(holder.id):
            return redirect("second-factor")
        return view(request, *values, **named)

    return login_required(shown)


def holder_of(request: HttpRequest) -> Holder:
    """Who is logged in, with what they may now. One query a request."""
    assert isinstance(request.user, Staff)
    known: Holder | None = getattr(request, "holder", None)
    found = known or grants_of_staff(request.user.pk, timezone.now())
    if found is None:
        raise Http404
    request.holder = found  # type: ignore[attr-defined]
    return found


def actor_of(request: HttpRequest, holder: Holder) -> Actor:
    """As the journal knows who is logged in."""
    return holder.actor(request_id=request_id_of(request), address=address_of(request))


def address_of(request: HttpRequest) -> str:
    """Of the network."""
    return str(request.META.get("REMOTE_ADDR", ""))


def request_id_of(request: HttpRequest) -> str:
    return str(getattr(request, "id", ""))
