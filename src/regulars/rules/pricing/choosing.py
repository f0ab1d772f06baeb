"""Which of the offers apply together: an exact search, branch and bound (Land & Doig 1960), within a stated bound.

Families of offers that bear on each other are searched one by one. A family of up to 12 is always searched to its end;
a larger one for `STEPS` steps: what is found by then is never worse than taking each in turn, and `exact` is False.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from regulars.rules.conditions import Least
from regulars.rules.pricing.bills import Bill, pieces
from regulars.rules.pricing.giving import Given, give
from regulars.rules.pricing.offers import DEALS, CheapestFree, Choice, NForM, Offered
from regulars.rules.pricing.standing import in_the_way
from regulars.rules.reasons import Reason

STEPS: Final = 2**13  # a family of 12 has no more


@dataclass(frozen=True, slots=True)
class Chosen:
    """Offers that apply, in their order, and what they are worth together. `exact`: nothing better exists."""

    taken: tuple[Offered, ...]
    worth: int
    exact: bool = True


@dataclass(slots=True)
class Search:
    """The search through one family. `needed`: only sets with every offer that was typed count."""

    family: Sequence[Offered]
    choice: Choice
    needed: bool
    best: Chosen | None = None
    steps: int = 0
    ceilings: list[int] = field(default_factory=list)  # what the offers from each on can be worth at most

    def run(self, bill: Bill) -> Chosen | None:
        """The best; None where no set has all that is needed."""
        if len(self.family) > 1 and self.choice == Choice.CUSTOMER:
            most = [_most(one, bill) for one in self.family]
            self.ceilings = [self._ceiling(most, place) for place in range(len(most) + 1)]
        self._visit(0, bill, (), (), 0)
        if self.best is not None and self.steps > STEPS:
            return replace(self.best, exact=False)
        return self.best

    def _ceiling(self, most: Sequence[int], place: int) -> int:
        """Of a group only one counts."""
        groups: dict[str, int] = {}
        total = 0
        for one, worth in list(zip(self.family, most, strict=True))[place:]:
            group = one.offer.stacking.group
            if group and one.offer.stacking.together == 1:
                groups[group] = max(groups.get(group, 0), worth)
            else:
                total += worth
        return total + sum(groups.values())

    def _visit(
        self, place: int, bill: Bill, taken: tuple[Offered, ...], left_out: tuple[Offered, ...], worth: int
    ) -> None:
        self.steps += 1
        if self.best is not None and (self.steps > STEPS or not self._hopeful(place, worth)):
            return
        if place == len(self.family):
            self._arrive(taken, left_out, worth)
            return
        one = self.family[place]
        given: Given | Reason | None = None
        if in_the_way(one, taken) is None:
            after = bill.copy()
            given = give(one, after)
            if isinstance(given, Given):
                self._visit(place + 1, after, (*taken, one), left_out, worth + given.worth)
        if self.needed and one.typed:
            return
        gives = isinstance(given, Given)
        if not gives or (self.choice != Choice.PRIORITY and len(self.family) > 1):
            self._visit(place + 1, bill, taken, (*left_out, one) if gives else left_out, worth)

    def _hopeful(self, place: int, worth: int) -> bool:
        """Whether going on may lead to something better than the best so far."""
        assert self.best is not None
        if self.choice == Choice.HOUSE:
            return worth < self.best.worth
        if not self.ceilings:
            return False
        return worth + self.ceilings[place] > self.best.worth

    def _arrive(self, taken: tuple[Offered, ...], left_out: Sequence[Offered], worth: int) -> None:
        if self.choice == Choice.HOUSE and any(in_the_way(one, taken) is None for one in left_out):
            return  # the house takes nobody's offer away that could stand
        self.best = Chosen(taken, worth)


def _most(one: Offered, bill: Bill) -> int:
    """No less than the offer is worth on any bill that others have reduced: on the whole one, without minimum and caps.

    What others took may move a discount from lines with a limit to lines without, so a deal is looked at without limits
    by line. Rounding may move a minor unit: of a line where a line has a limit, of a piece in a deal, since the pieces
    of a line have one price but for the last unit. The cheapest of fewer pieces may be dearer: groups are the bound.
    """
    offer = replace(one.offer, conditions=replace(one.offer.conditions, least=Least()))
    if isinstance(offer.benefit, CheapestFree):
        offer = replace(offer, benefit=NForM(offer.benefit.of, offer.benefit.of - offer.benefit.free))
    if isinstance(offer.benefit, DEALS):
        offer = replace(offer, most_per_line=None)
    given = give(replace(one, offer=offer, cuts=True), bill.without_caps())
    if not isinstance(given, Given):
        return 0
    if isinstance(offer.benefit, DEALS):
        return given.worth + sum(map(pieces, bill.lines))
    return given.worth + (len(bill.lines) if offer.most_per_line is not None else 0)
