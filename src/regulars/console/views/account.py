"""A member's account on a page of its own: freezes, household, cards, ways to recognise them, coupons, their data."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_account import (
    BlockForm,
    CouponForm,
    EraseForm,
    FreezeForm,
    HouseholdForm,
    IssueForm,
    LeaveForm,
    WayForm,
)
from regulars.console.selectors import account as reads
from regulars.console.selectors.member import root_of
from regulars.members import erasing, exporting

_LAST: Final = 4


def show(desk: Desk, member: UUID) -> HttpResponse:
    """Some twelve queries."""
    root = root_of(member, desk)
    return desk.go("member-account", root) if root != member else page(desk, root)


def page(desk: Desk, root: UUID, *, status: int = 200, **bound: Any) -> HttpResponse:
    """With its forms; `bound`: one that was sent and refused, open again."""
    found = reads.account(root, desk)
    desk.looked([root], part="account")
    shown = {
        "account": found,
        "member": root,
        "opened": next(iter(bound), ""),
        "block_form": BlockForm() if found.open and desk.may(Right.CARDS_WRITE) else None,
        "works": found.open,
        **(_forms(desk) if found.open else {}),
        **{f"{name}_form": form for name, form in bound.items()},
    }
    return desk.show("console/account.html", shown, status=status)


def _forms(desk: Desk) -> dict[str, Any]:
    forms: dict[str, Any] = {}
    if desk.may_all_over(Right.LEDGER_FREEZE):
        forms["freeze_form"] = FreezeForm()
    if desk.may(Right.MEMBERS_WRITE):
        forms |= {"household_form": HouseholdForm(), "way_form": WayForm()}
    if desk.may(Right.CARDS_WRITE) and (ranges := reads.ranges(desk)):
        forms["issue_form"] = IssueForm(ranges)
    if desk.may_all_over(Right.PROGRAMME_MANAGE) and (series := reads.series(desk)):
        forms["coupon_form"] = CouponForm(series)
    if desk.may_all_over(Right.MEMBERS_WRITE):
        forms["leave_form"] = LeaveForm()
    return forms


def export(desk: Desk, member: UUID) -> HttpResponse:
    """All that every room knows of the person, to be read or for programs."""
    root = root_of(member, desk)
    found = exporting.export(root, organisation=desk.home, actor=desk.actor, at=desk.at)
    read = desk.request.POST.get("as") != "json"
    text = exporting.as_html(found) if read else exporting.as_json(found)
    kind, ending = ("text/html", "html") if read else ("application/json", "json")
    answer = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{typed("mbr", root)}.{ending}"'
    return answer


def erase(desk: Desk, member: UUID) -> HttpResponse:
    """What goes and what stays, and then it is done: nobody can take it back."""
    root = root_of(member, desk)
    wanted = typed("mbr", root)[-_LAST:]
    form = EraseForm(wanted, desk.request.POST if desk.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        erasing.erase(root, organisation=desk.home, reason=form.cleaned_data["reason"], actor=desk.actor, at=desk.at)
        return desk.go("members", told=_("Taken out: nothing says any more who it was."))
    found = reads.account(root, desk)
    desk.looked([root], part="erase")
    shown = {"account": found, "member": root, "form": form}
    return desk.show("console/erase.html", shown, status=UNFIT if form.errors else 200)
