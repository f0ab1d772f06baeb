"""The page of one's own password: who asks shows the one until now, and a code where there is a second factor."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from regulars.access.errors import TooManyTries, WeakPassword, WrongCode, WrongLogIn
from regulars.access.selectors import has_factor
from regulars.access.services.passwords import change_password
from regulars.console import session
from regulars.server import entering
from regulars.server.forms import ChangeForm

_UNFIT: Final = 422


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@session.staff_page
def own(request: HttpRequest) -> HttpResponse:
    """A new password, and back to the beginning: every other session of this person has ended."""
    form = ChangeForm(request.POST or None, factor=has_factor(session.holder_of(request).id))
    status = 200
    if request.method == "POST":
        status = _changed(request, form) if form.is_valid() else _UNFIT
        if status == 200:
            messages.success(request, _("The password is changed, and your other sessions have ended."))
            return redirect("start")
    shown = {"form": form, "rules": password_validators_help_texts()}
    return render(request, "server/password.html", shown, status=status)


def _changed(request: HttpRequest, form: ChangeForm) -> int:
    """200, or the status of the refusal, which stands in the form then."""
    holder, given = session.holder_of(request), form.cleaned_data
    actor, code = session.actor_of(request, holder), given.get("code", "")
    try:
        change_password(holder.id, given["old"], given["password"], code=code, actor=actor, at=timezone.now())
    except WeakPassword as weak:
        for reason in weak.facts["reasons"]:  # type: ignore[attr-defined]
            form.add_error("password", str(reason))
        return weak.status
    except WrongLogIn as wrong:
        form.add_error("old", _("This is not your password."))
        return wrong.status
    except WrongCode as wrong:
        form.add_error("code", entering.refused(wrong).told)
        return wrong.status
    except TooManyTries as many:
        form.add_error(None, _("Too many wrong tries. Wait a quarter of an hour."))
        return many.status
    entering.stay(request, holder)
    return 200
