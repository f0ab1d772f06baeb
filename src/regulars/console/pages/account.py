"""A member's account: what they are kept from, their household, cards, ways, coupons, and their data."""

from typing import Final

from regulars.access.rights import Right
from regulars.console.page import Page, Reach, View
from regulars.console.views import account, account_deeds, account_undone, family

_MEMBER: Final = "members/<id_mbr:member>"


def _done(name: str, path: str, view: View, right: Right, reach: Reach = Reach.HOME) -> Page:
    return Page(f"member-{name}", f"{_MEMBER}/{path}", view, right, reach, posted=True, writes=True)


ACCOUNT: Final[tuple[Page, ...]] = (
    Page("member-account", f"{_MEMBER}/account", account.show, Right.MEMBERS_READ, Reach.HOME),
    Page("member-family", f"{_MEMBER}/family", family.show, Right.MEMBERS_READ, Reach.HOME),
    _done("freeze", "freeze", account_deeds.freeze, Right.LEDGER_FREEZE, Reach.WHOLE),
    _done("unfreeze", "unfreeze", account_deeds.unfreeze, Right.LEDGER_FREEZE, Reach.WHOLE),
    _done("household", "household", account_deeds.household, Right.MEMBERS_WRITE),
    _done("household-leave", "household/leave", account_deeds.leave_household, Right.MEMBERS_WRITE),
    _done("card-issue", "cards", account_deeds.issue_card, Right.CARDS_WRITE),
    _done("card-block", "cards/<id_crd:card>/block", account_deeds.block_card, Right.CARDS_WRITE),
    _done("card-unblock", "cards/<id_crd:card>/unblock", account_deeds.unblock_card, Right.CARDS_WRITE),
    _done("way", "ways", account_deeds.add_way, Right.MEMBERS_WRITE),
    _done("way-verify", "ways/verify", account_deeds.verify_way, Right.MEMBERS_WRITE),
    _done("way-unverify", "ways/unverify", account_undone.verified, Right.MEMBERS_WRITE),
    _done("way-end", "ways/end", account_deeds.end_way, Right.MEMBERS_WRITE),
    _done("coupon", "coupons", account_deeds.give_coupon, Right.PROGRAMME_MANAGE, Reach.WHOLE),
    _done("coupon-revoke", "coupons/revoke", account_deeds.revoke_coupon, Right.PROGRAMME_MANAGE, Reach.WHOLE),
    _done("coupon-back", "coupons/back", account_undone.coupon, Right.PROGRAMME_MANAGE, Reach.WHOLE),
    _done("close", "close", account_deeds.close, Right.MEMBERS_WRITE, Reach.WHOLE),
    _done("reopen", "reopen", account_undone.left, Right.MEMBERS_WRITE, Reach.WHOLE),
    Page("member-export", f"{_MEMBER}/export", account.export, Right.MEMBERS_EXPORT, Reach.WHOLE, posted=True),
    Page("member-erase", f"{_MEMBER}/erase", account.erase, Right.MEMBERS_ERASE, Reach.WHOLE, writes=True),
)
