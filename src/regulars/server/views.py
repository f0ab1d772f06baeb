"""The pages of the installation: the first administrator, log-in, and what there is."""

from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from regulars.access.errors import WeakPassword, WrongSetting
from regulars.access.moves import LoggedIn
from regulars.console import session
from regulars.server import entering
from regulars.server.errors import LinkNotValid
from regulars.server.forms import EnterForm, FirstForm
from regulars.server.installing import begun, link_is_valid, make_first_administrator


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest, link: str) -> HttpResponse:
    """The one-time page that makes the first administrator."""
    now = timezone.now()
    if not link_is_valid(link, at=now):
        told = {"title": _("This link is over"), "told": _link_over(), "request_id": "", "status": 404}
        return render(request, "server/problem.html", told, status=404)
    there = begun()
    form = FirstForm(request.POST or None, begun=there.name if there else "")
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "again"}
        try:
            staff = make_first_administrator(link, **given, at=now, address=session.address_of(request))
        except WeakPassword as weak:
            for reason in weak.facts["reasons"]:  # type: ignore[attr-defined]
                form.add_error("password", str(reason))
        except WrongSetting as wrong:
            form.add_error(str(wrong.facts["field"]) if wrong.facts.get("field") in form.fields else None, str(wrong))
        except LinkNotValid:
            return redirect(request.path)  # somebody was faster: the page then says that the link is over
        else:
            entering.enter_first(request, staff)
            return redirect("imports" if there else "start")
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
        outcome = entering.enter(request, form.cleaned_data["email"], form.cleaned_data["password"])
        going = entering.next_of(request)
        if isinstance(outcome, LoggedIn):
            return redirect(f"{reverse('code')}?{urlencode({'next': going})}" if outcome.needs_code else going)
        form.add_error(None, outcome.told)
        status = outcome.status
    return render(request, "server/enter.html", {"form": form, "next": entering.next_of(request)}, status=status)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    entering.leave(request)
    return redirect("login")
