"""What is done on the page of a member's account. Each goes back to it, with what came of it."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.basics.ids import typed, untyped
from regulars.basics.periods import start_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_account import (
    BlockForm,
    CouponForm,
    FreezeForm,
    HouseholdForm,
    IssueForm,
    LeaveForm,
    WayForm,
)
from regulars.console.places import number_of
from regulars.console.refusals import told_in
from regulars.console.selectors import account as reads
from regulars.console.selectors.finding import find, region_of
from regulars.console.selectors.member import root_of
from regulars.console.toasts import Undo
from regulars.console.views.account import page
from regulars.ledger.models import Freeze
from regulars.ledger.services import freezes
from regulars.ledger.words import FOREVER, Level
from regulars.members.errors import UnknownIdentifier
from regulars.members.models import Member
from regulars.members.moves import NewIdentifier
from regulars.members.services import cards, groups, identifiers, people
from regulars.programme.coupons.moves import Gift
from regulars.programme.coupons.wallet import wallet
from regulars.programme.errors import UnknownCoupon
from regulars.programme.services.coupons import revoke
from regulars.programme.services.coupons_issuing import issue


def freeze(desk: Desk, member: UUID) -> HttpResponse:
    """From now on they spend, earn or log in no more; lifted by a button."""
    root = root_of(member, desk)
    form = FreezeForm(desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        level = Level(given["level"])
        until = start_of(given["until"] + timedelta(days=1), desk.zone) if given["until"] else None
        with told_in(form, wrong_posting="until"):
            freezes.freeze(root, level, reason=given["reason"], until=until, actor=desk.actor, at=desk.at)
            undo = Undo(desk.url("member-unfreeze", root), {"level": level.value})
            return desk.go("member-account", root, told=_("Frozen from now on."), undo=undo)
    return page(desk, root, status=UNFIT, freeze=form)


def unfreeze(desk: Desk, member: UUID) -> HttpResponse:
    """Lifted; the button freezes them as they were."""
    root = root_of(member, desk)
    text = desk.request.POST.get("level", "")
    row = Freeze.objects.filter(owner=root, level=text, lifted_at=None).first()
    if row is None:
        return desk.go("member-account", root, told=_("It was lifted already."))
    freezes.unfreeze(root, Level(text), reason="console", actor=desk.actor, at=desk.at)
    back = {"level": text, "reason": row.reason}
    if row.until < FOREVER:
        back["until"] = (row.until - timedelta(seconds=1)).astimezone().date().isoformat()
    return desk.go("member-account", root, told=_("Lifted."), undo=Undo(desk.url("member-freeze", root), back))


def household(desk: Desk, member: UUID) -> HttpResponse:
    """They move in with somebody: into that one's household, or both into a new one."""
    root = root_of(member, desk)
    form = HouseholdForm(desk.request.POST)
    if form.is_valid():
        with told_in(form, unknown_identifier="other"):
            certain = [hit.member for hit in find(form.cleaned_data["other"], desk).hits if hit.certain]
            if not certain or certain[0] == root:
                raise UnknownIdentifier("Nobody else here is recognised by that.")
            home = Member.objects.values_list("household_id", flat=True).get(id=certain[0])
            if home:
                groups.join_household([root], home, organisation=desk.home, actor=desk.actor, at=desk.at)
            else:
                both = [certain[0], root]
                groups.make_household(both, organisation=desk.home, head=certain[0], actor=desk.actor, at=desk.at)
            undo = Undo(desk.url("member-household-leave", root))
            return desk.go("member-account", root, told=_("They share a home from now on."), undo=undo)
    return page(desk, root, status=UNFIT, household=form)


def leave_household(desk: Desk, member: UUID) -> HttpResponse:
    """They move out; the button lets them in again, by somebody who still lives there."""
    root = root_of(member, desk)
    others = reads.account(root, desk).household
    groups.join_household([root], None, organisation=desk.home, actor=desk.actor, at=desk.at)
    undo = Undo(desk.url("member-household", root), {"other": typed("mbr", others[0][0])}) if others else None
    return desk.go("member-account", root, told=_("They have moved out."), undo=undo)


def issue_card(desk: Desk, member: UUID) -> HttpResponse:
    """Their first card, or a further one."""
    root = root_of(member, desk)
    form = IssueForm(reads.ranges(desk), desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with told_in(form):
            (made,) = cards.issue_to(
                untyped("rng", given["range"]), [root], organisation=desk.home, form=given["form"], actor=desk.actor,
                at=desk.at,
            )  # fmt: skip
            undo = Undo(desk.url("member-card-block", root, made.id), {"why": "blocked", "reason": "undone"})
            return desk.go(
                "member-account", root, told=_("The card %(number)s is theirs.") % {"number": made.number}, undo=undo
            )
    return page(desk, root, status=UNFIT, issue=form)


def block_card(desk: Desk, member: UUID, card: UUID) -> HttpResponse:
    """Refused from now on, without another in its place; found again it is good again."""
    root = root_of(member, desk)
    reads.own_card(root, card, desk)
    form = BlockForm(desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with told_in(form):
            cards.block(
                card, organisation=desk.home, why=given["why"], reason=given["reason"], actor=desk.actor, at=desk.at
            )
            undo = Undo(desk.url("member-card-unblock", root, card))
            return desk.go("member-account", root, told=_("The card is refused from now on."), undo=undo)
    return page(desk, root, status=UNFIT, block=form)


def unblock_card(desk: Desk, member: UUID, card: UUID) -> HttpResponse:
    """Good again. Raises CardNotUsable where another took its place."""
    root = root_of(member, desk)
    was = reads.own_card(root, card, desk)
    cards.unblock(card, organisation=desk.home, reason="console", actor=desk.actor, at=desk.at)
    undo = Undo(desk.url("member-card-block", root, card), {"why": was.state, "reason": was.reason})
    return desk.go("member-account", root, told=_("The card is good again."), undo=undo)


def add_way(desk: Desk, member: UUID) -> HttpResponse:
    """A further phone or mail address. Raises nothing: what is wrong stands at the form."""
    root = root_of(member, desk)
    form = WayForm(desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with told_in(form, wrong_identifier="value", identifier_taken="value"):
            (made,) = identifiers.add(
                [(root, NewIdentifier(given["kind"], given["value"]))], organisation=desk.home, source="console",
                effective_at=desk.at, region=region_of(desk.zone), actor=desk.actor, at=desk.at,
            )  # fmt: skip
            undo = Undo(desk.url("member-way-end", root), {"way": str(made)})
            return desk.go("member-account", root, told=_("They are recognised by it from now on."), undo=undo)
    return page(desk, root, status=UNFIT, way=form)


def verify_way(desk: Desk, member: UUID) -> HttpResponse:
    """Its owner showed that it is theirs."""
    root = root_of(member, desk)
    way = reads.own_way(root, number_of_way(desk))
    identifiers.verify(way.id, organisation=desk.home, actor=desk.actor, at=desk.at)
    undo = None if way.verified_at else Undo(desk.url("member-way-unverify", root), {"way": str(way.id)})
    return desk.go("member-account", root, told=_("Written down as theirs for certain."), undo=undo)


def end_way(desk: Desk, member: UUID) -> HttpResponse:
    """It recognises nobody from now on; the button gives it back."""
    root = root_of(member, desk)
    way = reads.own_way(root, number_of_way(desk))
    identifiers.end(way.id, organisation=desk.home, reason="console", actor=desk.actor, at=desk.at)
    kinds = ("phone", "email")
    back = Undo(desk.url("member-way", root), {"kind": way.kind, "value": way.value}) if way.kind in kinds else None
    return desk.go("member-account", root, told=_("It recognises nobody from now on."), undo=back)


def give_coupon(desk: Desk, member: UUID) -> HttpResponse:
    root = root_of(member, desk)
    form = CouponForm(reads.series(desk), desk.request.POST)
    if form.is_valid():
        with told_in(form):
            made = issue(
                form.cleaned_data["series"], organisation=desk.home, to=[Gift(root)], actor=desk.actor, at=desk.at
            )
            undo = Undo(desk.url("member-coupon-revoke", root), {"coupon": typed("cpn", made.coupons[0].id)})
            return desk.go("member-account", root, told=_("The coupon is in their wallet."), undo=undo)
    return page(desk, root, status=UNFIT, coupon=form)


def revoke_coupon(desk: Desk, member: UUID) -> HttpResponse:
    """One of their wallet. Raises UnknownCoupon for another's."""
    root = root_of(member, desk)
    number = number_of("cpn", desk.request.POST.get("coupon", ""))
    if number not in {one.id for one in wallet(root, organisation=desk.home, at=desk.at)}:
        raise UnknownCoupon("There is no such coupon here.")
    assert number is not None
    revoke([number], organisation=desk.home, reason="console", actor=desk.actor, at=desk.at)
    undo = Undo(desk.url("member-coupon-back", root), {"coupon": typed("cpn", number)})
    return desk.go("member-account", root, told=_("The coupon is taken back."), undo=undo)


def close(desk: Desk, member: UUID) -> HttpResponse:
    """They leave."""
    root = root_of(member, desk)
    form = LeaveForm(desk.request.POST)
    if form.is_valid():
        with told_in(form):
            people.close(root, organisation=desk.home, reason=form.cleaned_data["reason"], actor=desk.actor, at=desk.at)
            undo = Undo(desk.url("member-reopen", root))
            return desk.go("member", root, told=_("They have left: nothing more is written to them."), undo=undo)
    return page(desk, root, status=UNFIT, leave=form)


def number_of_way(desk: Desk) -> UUID | None:
    try:
        return UUID(desk.request.POST.get("way", ""))
    except ValueError:
        return None
