"""How each address of the table is served: who comes, may they, what is written of it. Nowhere else."""

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regulars.journal.moves import SYSTEM, Actor
from regulars.portal.page import Page, Reach, View
from regulars.portal.visit import Visit


def served(page: Page) -> View:
    """The address as Django calls it."""

    @wraps(page.view)
    def shown(request: HttpRequest, **values: Any) -> HttpResponse:
        assert page.reach == Reach.ANYBODY
        visit = Visit(request, page.name, timezone.now(), _nobody(request))
        answer = page.view(visit, **values)
        visit.note_looks()
        return answer

    answered = never_cache(require_http_methods(page.methods)(shown))
    return csrf_exempt(answered) if page.foreign else answered


def _nobody(request: HttpRequest) -> Actor:
    """Whoever is not logged in, as the journal knows them."""
    return Actor(SYSTEM, "portal", "", str(getattr(request, "id", "")), str(request.META.get("REMOTE_ADDR", "")))
