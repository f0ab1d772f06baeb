"""How good the data is: figures, and the rows behind each."""

from django.http import Http404, HttpResponse

from regulars.console.asking import uuid_of
from regulars.console.desk import Desk
from regulars.console.selectors import quality
from regulars.console.selectors.names import names_of
from regulars.imports.quality import OF_MEMBERS, bills_of_nobody, members_behind
from regulars.members.models import Member
from regulars.sales.models import Sale

PAGE = 50


def page(desk: Desk) -> HttpResponse:
    """As the worker counted it last. Two queries."""
    return desk.show("console/quality.html", {"shown": quality.page(desk)})


def behind(desk: Desk, what: str) -> HttpResponse:
    """Who is meant. Three queries."""
    if what == "bills-of-nobody":
        numbers = bills_of_nobody(desk.home, at=desk.at, limit=PAGE)
        bills = Sale.objects.filter(id__in=numbers).order_by("-effective_at", "id")
        return desk.show("console/quality_rows.html", {"title": quality.title(what), "bills": bills})
    if what == "duplicates":
        return desk.go("duplicates")
    if what not in OF_MEMBERS:
        raise Http404
    found = members_behind(what, desk.home, after=uuid_of("mbr", desk.request.GET.get("after")), limit=PAGE + 1)
    names = names_of(found[:PAGE])
    rows = {row.id: row for row in Member.objects.filter(id__in=found[:PAGE])}
    desk.looked(found[:PAGE], by="quality")
    shown = {
        "title": quality.title(what),
        "people": [(rows[one], names.get(one, "")) for one in found[:PAGE]],
        "onward": found[PAGE - 1] if len(found) > PAGE else None,
    }
    return desk.show("console/quality_rows.html", shown)
