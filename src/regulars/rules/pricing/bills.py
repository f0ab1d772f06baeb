"""A bill while offers are applied to it: what is left of each line, and how many of its pieces count in deals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from regulars.rules.conditions import What
from regulars.rules.occasion import PIECE, Line, Occasion
from regulars.rules.pricing.offers import Cap, Policy
from regulars.rules.rounding import Round, divided, shared


@dataclass(slots=True)
class Bill:
    """Lines in an order of their contents, not of their numbers, so that it does not matter how they were scanned."""

    lines: tuple[Line, ...]
    running: list[int]
    used: list[int]  # pieces that count in a deal already
    used_amount: list[int]  # of `running`, what these are left at
    caps: tuple["CapLeft", ...] = ()
    fitting: dict[What, tuple[int, ...]] = field(default_factory=dict)  # shared by copies: lines stay the same

    @classmethod
    def of(cls, occasion: Occasion, policy: Policy) -> "Bill":
        lines = tuple(sorted(occasion.lines, key=contents))
        nothing = [0] * len(lines)
        caps = tuple(CapLeft.of(cap, lines) for cap in policy.caps)
        return cls(lines, [line.paid for line in lines], nothing, nothing.copy(), caps)

    def copy(self) -> "Bill":
        return Bill(
            self.lines,
            self.running.copy(),
            self.used.copy(),
            self.used_amount.copy(),
            tuple(CapLeft(one.places, one.left.copy(), one.per_line) for one in self.caps),
            self.fitting,
        )

    def without_caps(self) -> "Bill":
        return Bill(self.lines, self.running.copy(), self.used.copy(), self.used_amount.copy(), fitting=self.fitting)

    def places(self, what: What) -> tuple[int, ...]:
        """Looked for once: offers are tried many times."""
        found = self.fitting.get(what)
        if found is None:
            found = self.fitting[what] = tuple(place for place, line in enumerate(self.lines) if what.fits(line))
        return found

    def pieces_left(self, place: int) -> int:
        return pieces(self.lines[place]) - self.used[place]

    def allowed(self, wishes: Mapping[int, int]) -> dict[int, int]:
        """Of discounts by place, as much as the lines and all caps still let through; cut in proportion."""
        found = {place: min(wish, self.running[place]) for place, wish in wishes.items()}
        for cap in self.caps:
            found |= cap.cut({place: wish for place, wish in found.items() if place in cap.places})
        return found

    def take(self, place: int, discount: int) -> None:
        """Takes a discount off all pieces of a line alike."""
        before = self.running[place]
        assert 0 <= discount <= before, (discount, before)
        if before:
            self.used_amount[place] -= self.used_amount[place] * discount // before
        self.running[place] -= discount
        self.used_amount[place] = min(self.used_amount[place], self.running[place])
        for cap in self.caps:
            cap.take(place, discount)

    def use(self, place: int, count: int, amount: int, discount: int) -> None:
        """Counts pieces, which were to be paid with `amount`, in a deal that takes `discount` off them."""
        assert 0 <= discount <= amount, (discount, amount)
        self.used[place] += count
        self.running[place] -= discount
        self.used_amount[place] += amount - discount
        assert 0 <= self.used_amount[place] <= self.running[place], self
        for cap in self.caps:
            cap.take(place, discount)

    def line(self, place: int) -> Line:
        """The line as it is now."""
        return reduced(self.lines[place], self.lines[place].paid - self.running[place])


@dataclass(slots=True)
class CapLeft:
    """What a cap still lets through: one sum, or one of each line."""

    places: frozenset[int]
    left: dict[int, int] = field(default_factory=dict)  # by place, or under -1 the one sum
    per_line: bool = False

    @classmethod
    def of(cls, cap: Cap, lines: Sequence[Line]) -> "CapLeft":
        places = [place for place, line in enumerate(lines) if cap.what.fits(line)]
        if cap.per_line:
            return cls(frozenset(places), {place: _most(cap, lines[place].paid) for place in places}, True)
        return cls(frozenset(places), {-1: _most(cap, sum(lines[place].paid for place in places))})

    def cut(self, wishes: Mapping[int, int]) -> dict[int, int]:
        if self.per_line:
            return {place: min(wish, self.left[place]) for place, wish in wishes.items()}
        return dict(zip(wishes, spread(self.left[-1], list(wishes.values())), strict=True))

    def take(self, place: int, discount: int) -> None:
        if place in self.places:
            self.left[place if self.per_line else -1] -= discount


def _most(cap: Cap, paid: int) -> int:
    sums = [paid]
    if cap.permille is not None:
        sums.append(paid * cap.permille // 1000)
    if cap.amount is not None:
        sums.append(cap.amount)
    return min(sums)


def pieces(line: Line) -> int:
    """Whole pieces of a line; what is sold by weight is one.

    >>> pieces(Line(1, "milk", 300, quantity=3000)), pieces(Line(2, "cheese", 300, quantity=1250))
    (3, 1)
    """
    return line.quantity // PIECE if line.quantity % PIECE == 0 else 1


def reduced(line: Line, discount: int) -> Line:
    """The line with more off it, and its tax in proportion."""
    assert 0 <= discount <= line.paid, (discount, line.paid)
    if not discount:
        return line
    tax = divided(line.tax * (line.paid - discount), line.paid, Round.HALF_UP)
    return replace(line, discount=line.discount + discount, tax=tax)


def spread(wish: int, rooms: Sequence[int]) -> list[int]:
    """A discount over lines in proportion to what may still be taken off each; never more than that.

    >>> spread(10, [5, 15]), spread(30, [5, 15])
    ([3, 7], [5, 15])
    """
    return shared(min(wish, sum(rooms)), rooms) if rooms else []


def contents(line: Line) -> tuple[str | int | tuple[str, ...], ...]:
    """What a line is, its number last: equal but for that, two lines may be exchanged."""
    return (
        line.item, line.category, line.brand, line.vendor, line.marks,
        line.amount, line.quantity, line.discount, line.tax, line.number,
    )  # fmt: skip
