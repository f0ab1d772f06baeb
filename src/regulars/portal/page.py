"""An address of the portal, with who may come there: the one table of them is in `pages`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpResponse


class Reach(StrEnum):
    """Who may come to a page."""

    ANYBODY = "anybody"
    MEMBER = "member"  # whoever is logged in, and to their own things alone


View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Page:
    """An address below `my/`. With a label it stands in the navigation."""

    name: str
    path: str
    view: View
    reach: Reach
    label: Any = ""  # translated when shown
    icon: str = ""
    under: str = ""  # the page of the navigation that this one belongs to
    posted: bool = False  # POST alone
    writes: bool = False  # GET, and POST of its own form
    looks: bool = True  # own data is shown: a line of the trail says so
    foreign: bool = False  # posts come from mail programs too: they carry no token of ours

    @property
    def methods(self) -> list[str]:
        return ["POST"] if self.posted else ["GET", "HEAD", *(["POST"] if self.writes else [])]
