"""Rewards at the desk: chosen, paid with points and given at once, or handed over when they are there."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.gate import require_open
from regulars.basics.ids import typed, untyped
from regulars.console.desk import Desk
from regulars.console.selectors import desk_rewards as known
from regulars.console.selectors.member import root_of
from regulars.console.selectors.names import names_of
from regulars.console.toasts import Undo
from regulars.programme.book import book
from regulars.programme.moves_rewards import NewRedemption
from regulars.programme.services import rewards


def show(desk: Desk, member: UUID) -> HttpResponse:
    """What they can have here and now, and what waits for them. Thirty queries at most."""
    root = root_of(member, desk)
    desk.looked([root], part="rewards")
    shown = {"id": root, "name": names_of([root])[root], "shelf": known.shelf(root, desk)}
    return desk.show("console/desk_rewards.html", shown)


def redeem(desk: Desk, member: UUID) -> HttpResponse:
    """One of it, by the price that is theirs. Raises PlaceClosed, RewardRefused, RewardGone, NotEnough."""
    root, posted = root_of(member, desk), desk.request.POST
    wanted = NewRedemption(
        root, posted.get("reward", "")[:80], posted.get("price", "")[:80], shown=member, merchant=desk.merchant_text,
        store=desk.store_text, channel="desk", source=desk.source, external_id=posted["key"],
    )  # fmt: skip
    require_open(desk.holder.grants.places, desk.place.merchant, desk.place.store, at=desk.at)
    done = rewards.redeem(wanted, organisation=desk.home, actor=desk.actor, at=desk.at)
    name = known.name_of(book(desk.home), done.reward)
    told = _("Given: %(name)s") if done.state == "fulfilled" else _("Set aside for them: %(name)s")
    undo = Undo(desk.url("counter-reward-end", root), {"redemption": typed("rdm", done.id), "do": "cancel"})
    return desk.go("counter-rewards", root, told=told % {"name": name}, undo=undo)


def end(desk: Desk, member: UUID) -> HttpResponse:
    """What was set aside is handed over; or all of it is given back. Raises UnknownReward, RedemptionClosed."""
    root, posted = root_of(member, desk), desk.request.POST
    row = known.own(untyped("rdm", posted.get("redemption", "")), root, desk)
    if posted.get("do") == "cancel":
        rewards.cancel(row.id, organisation=desk.home, reason="undo", actor=desk.actor, at=desk.at)
        return desk.go("counter-rewards", root, told=_("Taken back. What it cost is theirs again."))
    rewards.fulfil(row.id, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("counter-rewards", root, told=_("Handed over."))
