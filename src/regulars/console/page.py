"""An address of the console, with who may come there: the one table of them is in `pages`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpResponse

from regulars.access import gate
from regulars.access.moves import Grants, Place
from regulars.access.rights import Right


class Reach(StrEnum):
    """How far a right must reach for a page."""

    OWN = "own"  # whoever is logged in
    HOME = "home"  # held somewhere within the organisation; what is shown of places is what it reaches
    HERE = "here"  # at the place where they work
    WHOLE = "whole"  # in the organisation as a whole
    EVERY = "every"  # in every organisation: units and their books are the installation's


class Head(StrEnum):
    """The heads of the navigation, in their order."""

    TODAY = "today"
    COUNTER = "counter"
    KNOW = "know"
    REWARD = "reward"
    REACH = "reach"
    SERVE = "serve"
    PROVE = "prove"
    SET_UP = "set-up"


View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Page:
    """An address. With a head it stands in the navigation; `writes`: what is posted is done once."""

    name: str
    path: str
    view: View
    right: Right | None
    reach: Reach
    label: Any = ""  # translated when shown
    head: Head | None = None
    posted: bool = False
    writes: bool = False
    asks: bool = False  # what is posted is a question, and changes nothing
    table: bool = False  # what it shows can be kept as a view, and taken as a file
    columns: tuple[tuple[str, Any], ...] = ()  # of its list after the first: name in the address, and label
    alike: bool = False  # its table is the same each time: there is no view to keep
    own_file: bool = False  # of more than what is on the screen, at an address of its own

    @property
    def methods(self) -> list[str]:
        return ["POST"] if self.posted else ["GET", "HEAD", *(["POST"] if self.writes or self.asks else [])]

    @property
    def keeps(self) -> bool:
        """Whether a view of it can be kept: all it shows is asked behind the question mark."""
        return self.table and not self.alike and "<" not in self.path

    @property
    def listed(self) -> bool:
        return self.head is not None


def allowed(page: Page, grants: Grants, home: Place) -> bool:
    """Whether somebody who works there may come to the page."""
    if page.reach == Reach.OWN:
        return True
    assert page.right is not None
    match page.reach:
        case Reach.HOME:
            return any(
                page.right in grant.rights and grant.place.organisation == home.organisation for grant in grants.given
            )
        case Reach.HERE:
            return gate.may(grants, page.right, home.merchant, home.store, organisation=home.organisation)
        case Reach.WHOLE:
            return gate.may(grants, page.right, organisation=home.organisation)
        case Reach.EVERY:
            return gate.may(grants, page.right)
