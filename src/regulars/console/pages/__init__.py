"""Every address of the console, with the right it takes and how far that must reach. There is no other way in: `urls`
is made of this table, and a test goes through it role by role. The navigation lists pages in this order.
"""

from typing import Final

from regulars.console.page import Page
from regulars.console.pages.account import ACCOUNT
from regulars.console.pages.audiences import AUDIENCES
from regulars.console.pages.drafts import DRAFTS
from regulars.console.pages.everyday import EVERYDAY
from regulars.console.pages.importing import IMPORTING, QUALITY
from regulars.console.pages.know import KNOW
from regulars.console.pages.member import MEMBER
from regulars.console.pages.prove import PROVE
from regulars.console.pages.reach import REACH
from regulars.console.pages.reward import REWARD
from regulars.console.pages.scores import SCORES
from regulars.console.pages.serve import SERVE
from regulars.console.pages.set_up import SET_UP

PAGES: Final[tuple[Page, ...]] = (
    *EVERYDAY,
    *SCORES,
    *KNOW,
    *AUDIENCES,
    *IMPORTING,
    *MEMBER,
    *ACCOUNT,
    *DRAFTS,
    *REWARD,
    *REACH,
    *SERVE,
    *PROVE,
    *SET_UP,
    *QUALITY,
)
