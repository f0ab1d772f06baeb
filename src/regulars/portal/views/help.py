"""Questions answered."""

from django.http import HttpResponse

from regulars.portal.visit import Visit


def questions(visit: Visit) -> HttpResponse:
    """For anybody. No query."""
    return visit.show("portal/help.html", {})
