"""Every address of the portal, with who may come there. There is no other way in: `urls` is made of this table, and a
test goes through it as nobody, as the member and as another one. The navigation lists pages in this order.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.portal.page import Page, Reach
from regulars.portal.views import help

PAGES: Final[tuple[Page, ...]] = (Page("my-help", "help", help.questions, Reach.ANYBODY, _("Questions"), "help"),)
