"""What was done on the page of a member's account, taken back by whoever did it. Each goes back to it."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.console.desk import Desk
from regulars.console.places import number_of
from regulars.console.selectors import account as reads
from regulars.console.selectors.member import root_of
from regulars.console.views.account_deeds import number_of_way
from regulars.members.selectors import group_of
from regulars.members.services import taking_back
from regulars.programme.errors import UnknownCoupon
from regulars.programme.models import Coupon
from regulars.programme.services.coupons import give_back


def verified(desk: Desk, member: UUID) -> HttpResponse:
    """Nobody showed that it is theirs. Raises UnknownIdentifier."""
    root = root_of(member, desk)
    way = reads.own_way(root, number_of_way(desk))
    taking_back.unverify(way.id, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("member-account", root, told=_("As before: not certain."))


def coupon(desk: Desk, member: UUID) -> HttpResponse:
    """It is theirs again, as it was. Raises UnknownCoupon, CouponClosed."""
    root = root_of(member, desk)
    number = number_of("cpn", desk.request.POST.get("coupon", ""))
    own = Coupon.objects.filter(member__in=group_of(root), organisation=desk.home)
    if number is None or not own.filter(id=number).exists():
        raise UnknownCoupon("There is no such coupon here.")
    give_back(number, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("member-account", root, told=_("The coupon is theirs again."))


def left(desk: Desk, member: UUID) -> HttpResponse:
    """They have not left. Raises MemberClosed."""
    root = root_of(member, desk)
    taking_back.reopen(root, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("member-account", root, told=_("They have not left: all is as before."))
