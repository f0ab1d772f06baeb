"""Reward: terms that are not published yet, what they would have cost, and the coupons of a series one by one."""

from typing import Final

from regulars.access.rights import Right
from regulars.console.page import Page, Reach
from regulars.console.views import coupons, drafts, reward

_DRAFT: Final = "reward/terms/drafts/<id_prv:draft>"  # before the codes of a kind, which it looks like
_MANAGE: Final = (Right.PROGRAMME_MANAGE, Reach.WHOLE)

DRAFTS: Final[tuple[Page, ...]] = (
    Page("draft", _DRAFT, drafts.draft, Right.PROGRAMME_READ, Reach.WHOLE, table=True),
    Page("draft-members", f"{_DRAFT}/members", drafts.members, Right.MEMBERS_READ, Reach.WHOLE, table=True),
    Page("draft-again", f"{_DRAFT}/again", drafts.again, *_MANAGE, posted=True, writes=True),
    Page("draft-stop", f"{_DRAFT}/stop", drafts.stop, *_MANAGE, posted=True, writes=True),
    Page("draft-drop", f"{_DRAFT}/drop", drafts.drop, *_MANAGE, posted=True, writes=True),
    Page("draft-publish", f"{_DRAFT}/publish", drafts.publish, *_MANAGE, posted=True, writes=True),
    Page("terms-said", "reward/terms/said", reward.said_of, *_MANAGE, posted=True),
    Page("series", "reward/coupons/<str:series>", coupons.series, Right.PROGRAMME_READ, Reach.WHOLE, table=True),
)
