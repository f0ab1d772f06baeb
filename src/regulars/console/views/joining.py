"""Members who may be one person: looked at, joined, told apart, and parted again."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.basics.ids import typed, untyped
from regulars.console.desk import Desk
from regulars.console.selectors import joining
from regulars.console.toasts import Undo
from regulars.members import merging


def pairs(desk: Desk) -> HttpResponse:
    """The surest first. Six queries."""
    after = joining.after_of(desk.request.GET.get("after", ""))
    found, more = joining.pairs(desk, after)
    joined = joining.joined(desk) if after is None else []
    desk.looked([person.id for pair in found for person in (pair.one, pair.two)], by="duplicates")
    desk.looked([one.survivor.id for one in joined], by="duplicates")
    shown = {"pairs": found, "joined": joined, "onward": found[-1].mark if more else ""}
    return desk.show("console/duplicates.html", shown)


def decide(desk: Desk) -> HttpResponse:
    """One person, or two. Raises UnknownMember, AlreadyMerged and what a room refuses."""
    posted = desk.request.POST
    one, two = untyped("mbr", posted.get("one", "")), untyped("mbr", posted.get("two", ""))
    if posted.get("do") != "join":
        merging.decide_different(one, two, organisation=desk.home, actor=desk.actor, at=desk.at)
        return desk.go("duplicates", told=_("Kept: they are two people."))
    survivor, other = sorted((one, two))  # the one who was here first
    merging.merge(survivor, other, organisation=desk.home, reason="joined at the console", actor=desk.actor, at=desk.at)
    undo = Undo(desk.url("member-unmerge", survivor), {"other": typed("mbr", other)})
    return desk.go("duplicates", told=_("They are one member now."), undo=undo)
