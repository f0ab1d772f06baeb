"""Pages for what went wrong. They ask the database nothing: it may be what is missing."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from structlog.stdlib import get_logger

from regulars.api.away import WAIT, is_away

log = get_logger("regulars.server.problems")


def note(sender: object, request: HttpRequest | None = None, **_kwargs: object) -> None:
    """Every failure that is ours, once, under the id of its request; that the database is away is nobody's mistake."""
    failure = sys.exc_info()[1]
    if is_away(failure):
        log.warning("the database is away")
        return
    log.error("a request failed", exc_info=failure)


def page(request: HttpRequest, status: int, title: str, told: str) -> HttpResponse:
    known = {"title": title, "told": told, "request_id": getattr(request, "id", ""), "status": status}
    answer = HttpResponse(render_to_string("server/problem.html", known), status=status)
    add_never_cache_headers(answer)  # who may come and what is there is another matter tomorrow
    return answer


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    told = _("This request cannot be answered here. If you came by another name of this server, it must be told of it.")
    return page(request, 400, _("That was not understood"), told)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403, _("You may not do this"), _("Ask an administrator for the right."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 404, _("There is nothing here"), _("The address may be mistyped, or what was here is gone."))


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    told = _("The page you sent was too old, or cookies are switched off. Go back, load it again, and send it again.")
    return page(request, 403, _("Please send that again"), told)


def our_mistake(request: HttpRequest) -> HttpResponse:
    """Called by Django while the failure is still being handled."""
    if is_away(sys.exc_info()[1]):
        return database_away(request)
    told = _("This is our mistake, and the log has it. Nothing that was acknowledged is lost.")
    return page(request, 500, _("Something went wrong"), told)


def database_away(request: HttpRequest) -> HttpResponse:
    told = _("The database cannot be reached for the moment. Nothing that was acknowledged is lost. Try again soon.")
    answer = page(request, 503, _("Not available just now"), told)
    answer["Retry-After"] = str(WAIT)
    return answer
