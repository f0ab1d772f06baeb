"""Know: bills and members."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import members, sale, today

KNOW: Final[tuple[Page, ...]] = (
    Page(
        "sales",
        "sales",
        today.sales,
        Right.SALES_READ,
        Reach.HOME,
        _("Bills"),
        Head.KNOW,
        table=True,
        columns=(("who", _("Who")), ("where", _("Where")), ("paid", _("Paid"))),
    ),
    Page("sale", "sales/<id_sal:sale>", sale.show, Right.SALES_READ, Reach.HOME),
    Page("sale-back", "sales/<id_sal:sale>/back", sale.back, Right.SALES_POST, Reach.HERE, posted=True, writes=True),
    Page(
        "members",
        "members",
        members.listing,
        Right.MEMBERS_READ,
        Reach.HOME,
        _("Members"),
        Head.KNOW,
        table=True,
        own_file=True,
        columns=(("level", _("Level")), ("tags", _("Tags")), ("town", _("Town")), ("since", _("Member since"))),
    ),
    Page("members-find", "members/find", members.found, Right.MEMBERS_READ, Reach.HOME, posted=True),
    Page("members-new", "members/new", members.new, Right.MEMBERS_WRITE, Reach.HERE, writes=True),
    Page("members-export", "members/export.csv", members.export, Right.MEMBERS_EXPORT, Reach.WHOLE),
)
