"""Views of lists that are kept under a name: a page of them, kept, renamed, shared, dropped, brought back."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.basics.ids import typed
from regulars.console import saved
from regulars.console.desk import UNFIT, Desk
from regulars.console.errors import ViewRefused
from regulars.console.forms_saved import ViewForm
from regulars.console.page import Page, allowed
from regulars.console.refusals import told_in
from regulars.console.toasts import Undo


def _pages() -> tuple[Page, ...]:
    from regulars.console.pages import PAGES

    return PAGES


def listing(desk: Desk) -> HttpResponse:
    """All that the reader sees, page by page. One query."""
    return _listed(desk)


def _listed(desk: Desk, wrong: UUID | None = None, form: ViewForm | None = None) -> HttpResponse:
    rows = saved.found(desk, _pages())
    forms = {row.id: ViewForm(initial={"name": row.name, "shared": row.shared}) for row in rows if row.mine}
    if wrong is not None and form is not None:
        forms[wrong] = form
    shown = {"rows": [(row, forms.get(row.id)) for row in rows], "opened": wrong}
    return desk.show("console/saved.html", shown, status=UNFIT if form else 200)


def keep(desk: Desk) -> HttpResponse:
    """What a page shows now. Raises ViewRefused."""
    page = next((one for one in _pages() if one.keeps and one.name == desk.request.POST.get("page")), None)
    form = ViewForm(desk.request.POST)
    if page is None or not allowed(page, desk.holder.grants, desk.place) or not form.is_valid():
        raise ViewRefused(_("A view needs a name, and a page that you may see."))
    given, query = form.cleaned_data, desk.request.POST.get("query", "")
    made = saved.keep(desk, page.name, given["name"], query, shared=given["shared"])
    answer = desk.go(page.name, told=_("Kept as a view."), undo=Undo(desk.url("view-drop", typed(saved.PREFIX, made))))
    if kept := saved.cleaned(query):
        answer["Location"] += f"?{kept}"
    return answer


def change(desk: Desk, view: UUID) -> HttpResponse:
    """Another name, or shared from now on. Raises ViewUnknown."""
    form = ViewForm(desk.request.POST)
    saved.own(desk, view)
    if form.is_valid():
        with told_in(form, view_refused="name"):
            given = form.cleaned_data
            saved.change(desk, view, given["name"], shared=given["shared"])
            return desk.go("views", told=_("Kept."))
    return _listed(desk, view, form)


def drop(desk: Desk, view: UUID) -> HttpResponse:
    """Raises ViewUnknown."""
    saved.drop(desk, view)
    undo = Undo(desk.url("view-back", typed(saved.PREFIX, view)))
    return desk.go("views", told=_("The view is gone."), undo=undo)


def bring_back(desk: Desk, view: UUID) -> HttpResponse:
    """Raises ViewUnknown."""
    saved.bring_back(desk, view)
    return desk.go("views", told=_("The view is there again."))
