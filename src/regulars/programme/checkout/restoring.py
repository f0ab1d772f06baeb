"""What comes back of coupons, promotions and their budgets, once all the lines that they were for have come back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from regulars.basics.ids import untyped
from regulars.programme import counters
from regulars.programme.book import Book
from regulars.programme.coupons.offering import PREFIX
from regulars.programme.coupons.terms import PROMOTION
from regulars.rules.limits import Of
from regulars.rules.limits import code_of as limit_code
from regulars.rules.occasion import Line
from regulars.sales.intake import MOST

KINDS = ("discount", "gift", "points")  # of effects, that offers have


def offers_back(
    sale: UUID,
    effects: Iterable[Mapping[str, Any]],
    lines: Mapping[int, Line],
    before: Mapping[int, int],
    now: Mapping[int, int],
    terms: Book,
) -> tuple[set[UUID], list[counters.Back]]:
    """Coupons, and what promotions took of limits. `before`, `now`: thousandths of each line that came back."""
    coupons: set[UUID] = set()
    freed: list[counters.Back] = []
    for effect in effects:
        if effect["kind"] in KINDS and _just_came_back(effect.get("lines", []), lines, before, now):
            if effect["coupon"]:
                coupons.add(untyped(PREFIX, effect["coupon"]))
            else:
                freed += _promoted(sale, effect, terms)
    return coupons, freed


def _just_came_back(
    of: Sequence[Mapping[str, int]], lines: Mapping[int, Line], before: Mapping[int, int], now: Mapping[int, int]
) -> bool:
    """Whether all of these lines (none: of the purchase) are back now, and were not before."""
    numbers = [one["number"] for one in of] or list(lines)

    def all_back(back: Mapping[int, int]) -> bool:
        return all(back[number] == lines[number].quantity for number in numbers)

    return all_back(now) and not all_back(before)


def _promoted(sale: UUID, effect: Mapping[str, Any], terms: Book) -> list[counters.Back]:
    """All that a promotion took of limits of its own; of a budget that it shares its own part."""
    discount = effect["kind"] == "discount"
    amounts = {Of.USES: 1, Of.MONEY: effect["amount"] * discount, Of.UNITS: effect["amount"] * (not discount)}
    code = f"{PROMOTION}/{effect['code']}"
    versions = terms.versions(PROMOTION, effect["code"])
    limits = next((one.terms.limits for one in versions if one.version == effect["version"]), ())
    found = {(limit_code(one, code), one.of, amounts[one.of] if one.shared else MOST) for one in limits}
    return [counters.Back(sale, *each) for each in sorted(found)]
