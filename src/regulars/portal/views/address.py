"""The link in a message that says what else a member is known by now: whoever knows nothing of it says so."""

from django.http import Http404, HttpResponse

from regulars.portal.places import named
from regulars.portal.services import ways
from regulars.portal.visit import Visit


def show(visit: Visit, token: str) -> HttpResponse:
    """A look asks with a button, so that programs which only open links change nothing. Whose link it is, it does not
    say. 3 queries; a look."""
    found = ways.way_of(token)
    if found is None:
        raise Http404
    row, root = found
    done = visit.request.method == "POST"
    if done:
        ways.object_to(
            row.identifier,
            root=root,
            organisation=row.organisation,
            language=visit.language,
            actor=visit.actor,
            at=visit.at,
        )
    visit.programme = named(row.organisation) or ""
    shown = {"done": done or row.refused_at is not None, "organisation": visit.programme, "home": row.organisation}
    return visit.show("portal/address.html", shown)
