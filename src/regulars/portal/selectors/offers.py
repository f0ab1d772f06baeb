"""What a member can use, and what they may need again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from regulars.insight.bars import bars, svg_path
from regulars.members.selectors import group_of
from regulars.programme.book import book
from regulars.programme.coupons.lists import ListLine, OpenList, off, open_lists
from regulars.programme.coupons.moves import Found as Coupon
from regulars.programme.coupons.wallet import wallet
from regulars.sales.models import SaleLine
from regulars.scorebook.selectors import present_scores

LISTED: Final = 12
HEIGHT: Final = 60  # of bars, in modules


@dataclass(frozen=True, slots=True)
class CouponShown:
    coupon: Coupon
    name: str


@dataclass(frozen=True, slots=True)
class Needed:
    """Something that may be needed again. `next_on` None: it goes well with what they buy."""

    name: str
    next_on: date | None


def coupons(root: UUID, *, organisation: UUID, at: datetime) -> list[CouponShown]:
    """Two queries."""
    terms = book(organisation)
    return [
        CouponShown(one, terms.version(one.terms).terms.name or one.series)
        for one in wallet(root, organisation=organisation, at=at, limit=50)
    ]


def offer_list(root: UUID, *, organisation: UUID, zone: str, at: datetime) -> "ListShown | None":
    """The list with offers that stands open. Two queries; none where there are no lists here."""
    one = open_lists([root], organisation=organisation, at=at).get(root)
    if one is None:
        return None
    found, whole = bars(one.code)
    lines = tuple(
        (line, off(line.version.terms.offer) if line.version is not None else "", one.ahead(line, zone))
        for line in one.lines
    )
    return ListShown(one, lines, svg_path(found, HEIGHT), whole)


@dataclass(frozen=True, slots=True)
class ListShown:
    """A list as its page draws it: each line with what is off and when it is needed, and the bars of its code."""

    list: OpenList
    lines: tuple[tuple[ListLine, str, date | None], ...]
    bars: str
    width: int

    @property
    def left(self) -> int:
        """Offers that were not taken yet."""
        return sum(1 for line, off, _ in self.lines if off and not line.used)


def shopping_list(root: UUID, *, organisation: UUID) -> list[Needed]:
    """As the last run of the scores found it: what is due again first, then what they buy next. Four queries; none but
    two where nothing was scored."""
    found = present_scores([root], organisation=organisation).get(root)
    if found is None:
        return []
    due = sorted(found.score.due or [], key=lambda one: str(one["next_on"]))
    likely = found.score.next_products or []
    names = {one["item"]: one["name"] for one in likely if one.get("name")}
    names = _called(root, [one["item"] for one in due if one["item"] not in names]) | names
    listed = [Needed(names.get(one["item"], one["item"]), date.fromisoformat(str(one["next_on"])[:10])) for one in due]
    there = {one["item"] for one in due}
    listed += [Needed(one.get("name") or one["item"], None) for one in likely if one["item"] not in there]
    return listed[:LISTED]


def _called(root: UUID, items: Sequence[str]) -> dict[str, str]:
    """What their own receipts call these. Two queries."""
    if not items:
        return {}
    rows = SaleLine.objects.filter(sale__member__in=group_of(root), item__in=items).exclude(name="")
    return dict(rows.order_by("sale__effective_at").values_list("item", "name"))
