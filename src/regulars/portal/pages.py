"""Every address of the portal, with who may come there. There is no other way in: `urls` is made of this table, and a
test goes through it as nobody, as the member and as another one. The navigation lists pages in this order.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.portal.page import Page, Reach
from regulars.portal.views import address, asking, card, data, entering, family, having, help, saying, unsubscribe

_IN: Final = Reach.MEMBER
_OUT: Final = Reach.ANYBODY

PAGES: Final[tuple[Page, ...]] = (
    Page("my-card", "", card.show, _IN, _("My card"), "card"),
    Page("my-card-code", "card/code", card.code, _IN, under="my-card", looks=False),
    Page("my-card-new", "card/new", card.new, _IN, under="my-card", posted=True),
    Page("my-points", "points", having.points, _IN, _("Points"), "points"),
    Page("my-appeal", "points/<my_rst:reset>", having.appeal, _IN, under="my-points", posted=True),
    Page("my-offers", "offers", having.offers, _IN, _("Offers"), "offers"),
    Page("my-history", "history", having.history, _IN, _("My history"), "history"),
    Page("my-receipt", "history/<my_sal:sale>", having.receipt, _IN, under="my-history"),
    Page("my-me", "me", saying.me, _IN, _("Me"), "me", writes=True),
    Page("my-way", "me/address", saying.way, _IN, under="my-me", posted=True, looks=False),
    Page("my-preferences", "preferences", saying.preferences, _IN, under="my-me", writes=True),
    Page("my-family", "family", family.show, _IN, under="my-me"),
    Page("my-family-invite", "family/invite", family.invite, _IN, under="my-me", posted=True),
    Page("my-family-join", "family/join/<str:text>", family.join, _IN, under="my-me", writes=True),
    Page("my-family-leave", "family/leave", family.leave, _IN, under="my-me", posted=True),
    Page("my-data", "data", data.show, _IN, under="my-me", looks=False),
    Page("my-data-download", "data/download", data.download, _IN, under="my-me", posted=True, looks=False),
    Page("my-data-erase", "data/erase", data.erase, _IN, under="my-me", writes=True),
    Page("my-logout", "logout", entering.leave, _IN, posted=True, looks=False),
    Page("my-logout-all", "logout/everywhere", entering.leave_all, _IN, posted=True, looks=False),
    Page("my-login", "login", entering.log_in, _OUT, writes=True),
    Page("my-login-at", "login/at/<my_org:organisation>", entering.log_in_at, _OUT, writes=True),
    Page("my-code", "login/code", entering.code, _OUT, writes=True),
    Page("my-link", "link/<str:text>", entering.link, _OUT, writes=True),
    Page("my-gone", "gone", entering.gone, _OUT),
    Page("my-unsubscribe", "unsubscribe/<str:token>", unsubscribe.show, _OUT, writes=True, looks=False, foreign=True),
    Page("my-address", "address/<str:token>", address.show, _OUT, writes=True, looks=False),
    Page("my-ask", "ask", asking.ask, _IN, under="my-me", writes=True),
    Page("my-ask-more", "ask/<my_cas:case>", asking.more, _IN, under="my-me", posted=True),
    Page("my-help", "help", help.questions, _OUT, under="my-me"),
)
