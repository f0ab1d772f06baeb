"""Know: audiences."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import audience_builder, audiences

_ONE: Final = "audiences/code/<str:audience>"
_READ: Final = (Right.AUDIENCES_READ, Reach.HOME)
_MANAGE: Final = (Right.AUDIENCES_MANAGE, Reach.HOME)

AUDIENCES: Final[tuple[Page, ...]] = (
    Page(
        "audiences",
        "audiences",
        audiences.listing,
        *_READ,
        _("Audiences"),
        Head.KNOW,
        table=True,
        columns=(("members", _("Members")), ("of", _("Of")), ("version", _("Version"))),
    ),
    Page("audience-new", "audiences/new", audience_builder.new, *_MANAGE, writes=True),
    Page("audience-ask", "audiences/ask", audience_builder.ask, *_MANAGE, posted=True),
    Page("audience", _ONE, audiences.show, *_READ),
    Page("audience-edit", f"{_ONE}/edit", audience_builder.edit, *_MANAGE, writes=True),
    Page("audience-rename", f"{_ONE}/rename", audiences.rename, *_MANAGE, posted=True, writes=True),
    Page("audience-retire", f"{_ONE}/retire", audiences.retire, *_MANAGE, posted=True, writes=True),
    Page("audience-revive", f"{_ONE}/revive", audiences.revive, *_MANAGE, posted=True, writes=True),
    Page("audience-find", f"{_ONE}/find", audiences.find_in, Right.MEMBERS_READ, Reach.HOME, posted=True),
    Page("audience-why", f"{_ONE}/why/<id_mbr:member>", audiences.why, Right.MEMBERS_READ, Reach.HOME),
)
