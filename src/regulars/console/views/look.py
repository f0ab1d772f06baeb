"""What every page has: colours, and where one works."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from regulars.access.moves import Place
from regulars.console import places
from regulars.console.desk import UNFIT, Desk

_YEAR: Final = 365 * 86_400


def theme(desk: Desk) -> HttpResponse:
    """Light, dark, or as the device says; kept in a cookie of this browser."""
    answer = HttpResponse(status=302, headers={"Location": _back(desk)})
    asked = desk.request.POST.get("theme", "auto")
    answer.set_cookie(
        "theme", asked if asked in ("light", "dark") else "auto", max_age=_YEAR, samesite="Lax", httponly=True
    )
    return answer


def work_at(desk: Desk) -> HttpResponse:
    """Which organisation, merchant or store the pages are about."""
    listed = places.open_to(desk.holder)
    names = places.named(desk.holder.grants.places)
    if desk.request.method == "POST":
        if places.choose(desk.request, desk.holder, desk.request.POST.get("place", "")):
            return desk.go("start")
        return desk.show(
            "console/refused.html", {"told": _("You do not work there."), "code": "not-allowed"}, status=UNFIT
        )
    several = len({one.organisation for one in listed}) > 1
    rows = [
        {
            "text": places.text_of(one),
            "name": places.told_apart(one, names),
            "within": names.get(one.organisation, "") if several and one.merchant else "",
            "closed": desk.holder.grants.places.closed_since(one.merchant, one.store) is not None,
            "here": one == desk.place,
        }
        for one in sorted(listed, key=lambda one: _tree(one, names))
    ]
    return desk.show("console/work_at.html", {"rows": rows})


def _tree(place: Place, names: Mapping[UUID, str]) -> tuple[str, ...]:
    """By name, what lies within a place beneath it; of two of one name that which was founded first."""
    around = [place.organisation, place.merchant, place.store]
    return tuple(text for number in around if number for text in (names.get(number, ""), str(number)))


def _back(desk: Desk) -> str:
    """Where the button stood, if that is on this server."""
    wanted = desk.request.POST.get("next") or "/"
    request = desk.request
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"
