"""What a level brings, used up at a desk: on the page of a member and at the counter."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.basics.ids import typed, untyped
from regulars.console.desk import Desk
from regulars.console.selectors.member import root_of
from regulars.console.toasts import Undo
from regulars.members.models import Member
from regulars.programme.book import book
from regulars.programme.errors import UnknownUse
from regulars.programme.models import BenefitUse
from regulars.programme.moves_tiers import NewUse
from regulars.programme.services import benefits


def use(desk: Desk, member: UUID) -> HttpResponse:
    """One of it, at this place. Raises NoSuchBenefit, BenefitUsedUp."""
    root = root_of(member, desk)
    posted = desk.request.POST
    wanted = NewUse(
        root, posted.get("benefit", "")[:80], shown=member, merchant=desk.merchant_text, store=desk.store_text,
        source=desk.source, external_id=posted["key"],
    )  # fmt: skip
    done = benefits.use(wanted, organisation=desk.home, actor=desk.actor, at=desk.at)
    undo = Undo(desk.url(f"{_page(desk)}-benefit-undo", root), {"use": typed(benefits.USE, done.id)})
    return desk.go(_back(desk), root, told=_("Used: %(name)s") % {"name": _name(desk, done.benefit)}, undo=undo)


def undo(desk: Desk, member: UUID) -> HttpResponse:
    """Somebody's own use of a moment ago counts no more. Raises UnknownUse, BenefitUsedUp."""
    root = root_of(member, desk)
    number = untyped(benefits.USE, desk.request.POST.get("use", ""))
    group = Member.objects.filter(root=root, organisation=desk.home).values("id")
    mine = BenefitUse.objects.filter(id=number, member__in=group, actor=f"{desk.actor.kind}:{desk.actor.id}")
    if not mine.exists():
        raise UnknownUse("No use of a benefit has this id.", use=typed(benefits.USE, number))
    benefits.give_back(number, organisation=desk.home, reason="undo", actor=desk.actor, at=desk.at)
    return desk.go(_back(desk), root, told=_("It counts no more: it can be used again."))


def _page(desk: Desk) -> str:
    return "counter" if desk.page.startswith("counter") else "member"


def _back(desk: Desk) -> str:
    return "counter-member" if _page(desk) == "counter" else "member"


def _name(desk: Desk, code: str) -> str:
    """What it calls itself."""
    found = reversed(book(desk.home).versions("benefit", code))
    return next((one.terms.name for one in found if one.terms.name), code)
