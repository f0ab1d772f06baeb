"""The family account of a member."""

from uuid import UUID

from django.http import HttpResponse

from regulars.access.rights import Right
from regulars.console.desk import Desk
from regulars.console.forms_account import HouseholdForm
from regulars.console.selectors.family import household
from regulars.console.selectors.member import root_of
from regulars.console.selectors.names import names_of
from regulars.members.errors import UnknownMember
from regulars.members.models import Member


def show(desk: Desk, member: UUID) -> HttpResponse:
    """Who pools what; joining and leaving. Some fifteen queries. Raises UnknownMember for who was erased."""
    root = root_of(member, desk)
    if root != member:
        return desk.go("member-family", root)
    state = Member.objects.values_list("state", flat=True).get(id=root)
    if state == "erased":
        raise UnknownMember("There is no such member.", missing=1)
    home = household(root, desk)
    names = {one.id: called for one, called in home.people} if home else names_of([root])
    desk.looked(sorted({root, *names}), part="family")
    writes = state in ("active", "anonymous") and desk.may(Right.MEMBERS_WRITE)
    shown = {
        "member": root,
        "name": names.get(root, ""),
        "home": home,
        "form": HouseholdForm() if writes else None,
        "opened": "",
    }
    return desk.show("console/family.html", shown)
