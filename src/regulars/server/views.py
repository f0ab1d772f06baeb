"""The pages of the installation: the first administrator, log-in, and what there is."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars import __version__
from regulars.access import gate
from regulars.access.errors import NotAllowed, WeakPassword, WrongSetting
from regulars.access.models import Role, Staff
from regulars.access.moves import Holder
from regulars.access.moves import Place as Where
from regulars.access.rights import Right
from regulars.access.selectors import grants_of_staff, keys_within
from regulars.access.services.keys import create_key
from regulars.server import entering
from regulars.server.errors import LinkNotValid
from regulars.server.forms import EnterForm, FirstForm, KeyForm
from regulars.server.installing import link_is_valid, make_first_administrator


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest, link: str) -> HttpResponse:
    """The one-time page that makes the first administrator."""
    now = timezone.now()
    if not link_is_valid(link, at=now):
        told = {"title": _("This link is over"), "told": _link_over(), "request_id": "", "status": 404}
        return render(request, "server/problem.html", told, status=404)
    form = FirstForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "again"}
        try:
            staff = make_first_administrator(link, **given, at=now, address=entering.address_of(request))
        except WeakPassword as weak:
            for reason in weak.facts["reasons"]:  # type: ignore[attr-defined]
                form.add_error("password", str(reason))
        except WrongSetting as wrong:
            form.add_error(str(wrong.facts["field"]) if wrong.facts.get("field") in form.fields else None, str(wrong))
        except LinkNotValid:
            return redirect(request.path)  # somebody was faster: the page then says that the link is over
        else:
            login(request, staff, backend=entering.BACKEND)
            return redirect("start")
    shown = {"form": form, "rules": password_validators_help_texts()}
    return render(request, "server/first.html", shown, status=422 if form.errors else 200)


def _link_over() -> str:
    return _(
        "It has been used, or its time is over. If there is no administrator yet, stop and start Regulars: "
        "it prints a new one."
    )


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Log-in of staff. Unknown and wrong are answered alike."""
    form = EnterForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        refusal = entering.enter(request, form.cleaned_data["email"], form.cleaned_data["password"])
        if refusal is None:
            return redirect(_next(request))
        form.add_error(None, refusal.told)
        status = refusal.status
    return render(request, "server/enter.html", {"form": form, "next": _next(request)}, status=status)


def _next(request: HttpRequest) -> str:
    """Where the visitor was going, if that is on this server."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    entering.leave(request)
    return redirect("login")


@never_cache
@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """What there is now."""
    return render(request, "server/start.html", _shown(request, holder_of(request)))


@never_cache
@require_POST
@login_required
def make_key(request: HttpRequest) -> HttpResponse:
    """An API key, shown this once."""
    holder = holder_of(request)
    shown = _shown(request, holder, request.POST)
    form = shown["key_form"]
    if form is None:
        raise NotAllowed("This needs the right access.manage.")
    if not form.is_valid():
        return render(request, "server/start.html", shown, status=422)
    role = Role.objects.get(pk=form.cleaned_data["role"])
    made = create_key(
        form.cleaned_data["name"],
        role.code,
        Where(role.organisation_id),
        by=holder.grants,
        actor=holder.actor(request_id=entering.request_id_of(request), address=entering.address_of(request)),
        at=timezone.now(),
    )
    return render(request, "server/key.html", {"text": made.text, "name": form.cleaned_data["name"], **shown})


def holder_of(request: HttpRequest) -> Holder:
    """Who is logged in, with what they may now. One query."""
    assert isinstance(request.user, Staff)
    found = grants_of_staff(request.user.pk, timezone.now())
    if found is None:
        raise Http404
    return found


def _shown(request: HttpRequest, holder: Holder, typed: Any = None) -> dict[str, Any]:
    """Four queries."""
    scope = gate.scope(holder.grants, Right.ACCESS_MANAGE)
    roles = Role.objects.filter(organisation__in=scope.organisations).select_related("organisation")
    choices = [(str(role.pk), _role_name(role, many=len(scope.organisations) > 1)) for role in roles.order_by("name")]
    return {
        "version": __version__,
        "api": request.build_absolute_uri("/api/v1/"),
        "key_form": KeyForm(choices, typed) if choices else None,
        "keys": keys_within(scope) if choices else [],
        "data": settings.PLACE.data,
    }


def _role_name(role: Role, *, many: bool) -> str:
    return f"{_(role.name)} · {role.organisation.name}" if many else _(role.name)
