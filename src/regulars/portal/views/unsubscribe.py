"""The link in a mail by which its reader says no without a log-in; mail programs press it by themselves (RFC 8058)."""

from django.http import Http404, HttpResponse

from regulars.outreach.services.coming_in import by_link, unsubscribe
from regulars.portal.places import named
from regulars.portal.visit import Visit


def show(visit: Visit, token: str) -> HttpResponse:
    """A look asks with a button, so that programs which only open links change nothing; a POST is the no.

    Whose link it is, neither says: whoever was forwarded a mail learns nothing from it. 2 queries.
    """
    row = by_link(token)
    if row is None:
        raise Http404
    done = visit.request.method == "POST"
    if done:
        unsubscribe(row, actor=visit.actor, at=visit.at)
    visit.programme = named(row.organisation) or ""
    shown = {"done": done, "channel": row.channel, "organisation": visit.programme}
    return visit.show("portal/unsubscribe.html", shown)
