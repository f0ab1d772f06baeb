"""Know: what runs of scores found."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import know, know_classes, scored

_READ: Final = (Right.SCORES_READ, Reach.WHOLE)
_RUN: Final = (Right.SCORES_RUN, Reach.WHOLE)

SCORES: Final[tuple[Page, ...]] = (
    Page("know", "know", know.overview, *_READ, _("Overview"), Head.KNOW),
    Page("scores-run", "know/run", know.run, *_RUN, posted=True, writes=True),
    Page("scores-cancel", "know/cancel", know.cancel, *_RUN, posted=True, writes=True),
    Page("scores-classes", "know/classes", know_classes.classes, *_READ, table=True),
    Page("scores-stages", "know/life-cycle", know_classes.stages, *_READ, table=True),
    Page("scores-decide", "know/decide/<slug:kind>", know_classes.decide, *_RUN, posted=True, writes=True),
    Page("scores-concentration", "know/concentration", know.concentration, *_READ, table=True),
    Page("scores-baskets", "know/baskets", know.baskets, *_READ, table=True),
    Page("scores-products", "know/products", know.products, *_READ, table=True),
    Page("scores-models", "know/models", know.models, *_READ, table=True),
    Page("scored", "know/members", scored.listing, Right.MEMBERS_READ, Reach.WHOLE, table=True, own_file=True),
    Page("scored-export", "know/members.csv", scored.export, Right.MEMBERS_EXPORT, Reach.WHOLE),
    Page(
        "scored-audience", "know/audience", scored.audience, Right.AUDIENCES_MANAGE, Reach.WHOLE, posted=True,
        writes=True,
    ),
    Page(
        "member-advise", "members/<id_mbr:member>/advise", scored.advise, Right.MEMBERS_WRITE, Reach.HOME, posted=True,
        writes=True,
    ),
)  # fmt: skip
