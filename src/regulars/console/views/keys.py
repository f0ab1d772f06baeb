"""API keys: made, rotated, revoked. A text is shown once."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.services.keys import create_key, revoke_key, rotate_key
from regulars.console.desk import MADE, UNFIT, Desk
from regulars.console.forms_setup import KeyForm
from regulars.console.places import open_to, text_of
from regulars.console.refusals import told_in
from regulars.console.selectors import setup


def keys(desk: Desk) -> HttpResponse:
    """What speaks with Regulars, and a new one. Four queries."""
    posted = desk.request.POST if desk.request.method == "POST" else None
    roles = sorted(setup.role_names(desk), key=lambda one: one[0] != "till")  # what most keys are for stands first
    form = KeyForm(roles, setup.place_names(desk), posted)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        place = next(one for one in open_to(desk.holder) if text_of(one) == given["place"])
        with told_in(form):
            made = create_key(given["name"], given["role"], place, by=desk.holder.grants, actor=desk.actor, at=desk.at)
            return _made(desk, given["name"], made.text)
    shown = {"keys": setup.keys(desk), "form": form, "api": desk.request.build_absolute_uri("/api/v1/")}
    return desk.show("console/keys.html", shown, status=UNFIT if form.errors else 200)


def rotate(desk: Desk, key: UUID) -> HttpResponse:
    """A second text; the first is good for a week more."""
    known = setup.known_key(key, desk)
    made = rotate_key(known.id, by=desk.holder.grants, actor=desk.actor, at=desk.at)
    return _made(desk, known.name, made.text)


def revoke(desk: Desk, key: UUID) -> HttpResponse:
    """Ends it at once."""
    known = setup.known_key(key, desk)
    revoke_key(known.id, by=desk.holder.grants, actor=desk.actor, at=desk.at)
    return desk.go("keys", told=_("The key “%(name)s” opens nothing any more.") % {"name": known.name})


def _made(desk: Desk, name: str, text: str) -> HttpResponse:
    return desk.show("console/key_made.html", {"name": name, "text": text}, status=MADE)
