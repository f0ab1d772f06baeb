"""A personal list's code alone, without a card."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from regulars.programme.book import book
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.coupons.lists import Named, any_series, named


def with_members(bills: Sequence[NewPurchase], *, organisation: UUID) -> list[NewPurchase]:
    """Bills of nobody known, with the code of an open list, are bills of whose list it is: so the code alone takes off
    what the card would, and the purchase counts for the next list. It is no card for all that: who wants to pay with
    points shows one. Two queries; none where everybody is known, or no codes are shown."""
    asking = [one for one in bills if _asks(one)]
    if not asking or not any_series(book(organisation)):
        return list(bills)
    found = named({text for one in asking for text in one.coupons}, organisation=organisation)
    return [_with_member(one, found) if _asks(one) else one for one in bills]


def _asks(bill: NewPurchase) -> bool:
    return bill.member is None and bool(bill.coupons) and not bill.points


def _with_member(bill: NewPurchase, found: Mapping[str, Named]) -> NewPurchase:
    whose = [found[text] for text in bill.coupons if text in found]
    here = [one for one in whose if one.living and one.open(bill.effective_at)]
    if len({one.root for one in here}) != 1:  # of two people: of neither
        return bill
    return replace(bill, member=here[0].root, shown=here[0].member)
