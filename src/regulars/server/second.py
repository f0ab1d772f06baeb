"""The pages of the second factor: asked for at log-in, made, exchanged, and taken away from a colleague who lost it."""

from typing import Any, Final

import segno
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from regulars.access import gate
from regulars.access.errors import NoSecondFactor, TooManyTries, WrongCode
from regulars.access.models import Staff
from regulars.access.moves import Holder
from regulars.access.rights import Right
from regulars.access.selectors import factor_of, has_factor, recovery_codes_left, staff_within
from regulars.access.services import factors
from regulars.console import session
from regulars.server import entering
from regulars.server.forms import CodeForm, RemoveForm

_OFFERED: Final = "regulars.offered"  # in the session that it was offered to, and shown to no other


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second half of a log-in."""
    staff = entering.awaited(request)
    if staff is None:
        return redirect("login")
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        refusal = entering.enter_with_code(request, staff, form.cleaned_data["code"])
        if refusal is None:
            return redirect(entering.next_of(request))
        form.add_error("code", refusal.told)
        status = refusal.status
    return render(request, "server/code.html", {"form": form, "next": entering.next_of(request)}, status=status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """One's own second factor: what there is, and what can be done about it."""
    holder = session.holder_of(request)
    factor = factor_of(holder.id)
    in_use = factor is not None and factor.made_at is not None
    asked = request.POST.get("do")
    form = CodeForm(request.POST) if request.method == "POST" and asked != "begin" else CodeForm()
    if request.method == "POST":
        if asked == "begin" and not in_use:
            return _offer(request, holder)
        if asked and form.is_valid():
            try:
                answer = _done(request, holder, asked, form.cleaned_data["code"], in_use=in_use)
            except (WrongCode, TooManyTries) as refusal:
                refused = entering.refused(refusal)
                form.add_error("code", refused.told)
                return _shown(request, holder, form, refused.status)
            if answer is not None:
                return answer
    return _shown(request, holder, form, 422 if form.errors else 200)


def _done(request: HttpRequest, holder: Holder, asked: str, typed: str, *, in_use: bool) -> HttpResponse | None:
    """None where there is nothing to do. Raises WrongCode, TooManyTries."""
    at, actor = timezone.now(), session.actor_of(request, holder)
    if asked == "confirm" and request.session.get(_OFFERED):
        codes = factors.confirm(holder.id, typed, actor=actor, at=at)
        return _codes(request, holder, codes)
    may = ("codes", "anew") if factors.required(holder.grants) else ("codes", "anew", "off")
    if not in_use or asked not in may:
        return None
    factors.check(holder.id, typed, actor=actor, at=at)
    if asked == "codes":
        return _codes(request, holder, factors.renew_recovery_codes(holder.id, actor=actor, at=at))
    if asked == "anew":
        return _offer(request, holder)
    factors.give_up(holder.id, by=holder.grants, actor=actor, at=at)
    entering.stay(request, holder)
    return redirect("second-factor")


def _offer(request: HttpRequest, holder: Holder) -> HttpResponse:
    factors.offer(holder.id, actor=session.actor_of(request, holder), at=timezone.now())
    request.session[_OFFERED] = True
    return redirect("second-factor")


def _codes(request: HttpRequest, holder: Holder, codes: list[str]) -> HttpResponse:
    entering.stay(request, holder)
    request.session.pop(_OFFERED, None)
    return render(request, "server/codes.html", {"codes": codes})


def _shown(request: HttpRequest, holder: Holder, form: CodeForm, status: int) -> HttpResponse:
    """Five queries at most."""
    factor = factor_of(holder.id)
    offered = factors.offered(holder.id) if request.session.get(_OFFERED) else None
    if offered:
        form["code"].help_text = _("Six digits that the app shows now.")  # of the bound one: that is what is shown
    shown: dict[str, Any] = {
        "form": form,
        "since": factor.made_at if factor else None,
        "left": recovery_codes_left(holder.id),
        "required": factors.required(holder.grants),
        "offered": offered,
        "picture": segno.make(offered.address, error="m").svg_data_uri(scale=4, light="#fff") if offered else "",
    }
    return render(request, "server/second.html", shown, status=status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@session.staff_page
def staff(request: HttpRequest) -> HttpResponse:
    """Who works here, and whether they have a second factor; it can be taken away from somebody who lost theirs."""
    holder = session.holder_of(request)
    people = staff_within(gate.require_any(holder.grants, Right.ACCESS_MANAGE))
    with_one = [one for one in people if _since(one) is not None and one.pk != holder.id]
    choices = [(str(one.pk), f"{one.name} · {one.email}") for one in with_one]
    if request.method == "POST" and not has_factor(holder.id):
        return redirect("second-factor")  # who has none has no code of their own to show
    form, status = RemoveForm(choices, request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        at, actor = timezone.now(), session.actor_of(request, holder)
        try:
            factors.check(holder.id, given["code"], actor=actor, at=at)
            factors.remove(given["person"], reason=given["reason"], by=holder.grants, actor=actor, at=at)
            return redirect("staff")
        except (WrongCode, TooManyTries) as refusal:
            refused = entering.refused(refusal)
            form.add_error("code", refused.told)
            status = refused.status
        except NoSecondFactor:
            return redirect("staff")  # a colleague was faster
    rows = [{"name": one.name, "email": one.email, "since": _since(one)} for one in people if one.is_active]
    shown = {"rows": rows, "form": form if choices else None, "factor": has_factor(holder.id)}
    return render(request, "server/staff.html", shown, status=422 if form.errors and status == 200 else status)


def _since(one: Staff) -> object:
    factor = getattr(one, "factor", None)
    return factor.made_at if factor is not None else None
