"""Whatever happens to coupons, in any order, what is counted is what was used and held: a long walk by chance."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.members.shop import ANN, AT
from tests.programme.promotions_made import basket, issued, offer, series, used

from regulars.programme.coupons.moves import Told
from regulars.programme.errors import ReservationClosed
from regulars.programme.models import Counter, Coupon, CouponUse
from regulars.programme.services import coupons_using

USES, MONEY = 6, 420
HELD = timedelta(hours=1)
steps = st.lists(
    st.tuples(
        st.sampled_from(["use", "use", "hold", "hold", "keep", "release", "later", "lapse", "restore", "cancel"]),
        st.integers(0, 99),
    ),
    min_size=3,
    max_size=25,
)


class Walk:
    """A shop with three coupons, good twice each, of a series with a limit and a budget; and what it did so far."""

    def __init__(self) -> None:
        self.home, self.at = uuid4(), AT
        limits = [{"most": USES, "per": "all"}, {"most": MONEY, "of": "money", "per": "all"}]
        series(
            organisation=self.home, uses=2, limits=limits, restored_on_return=True,
            offer=offer(stacking={"together": 2}),
        )  # fmt: skip
        self.codes = [one.code for one in issued(3, organisation=self.home)]
        self.done: dict[UUID, Told] = {}
        self.state: dict[UUID, str] = {}  # held, used, gone
        self.ends: dict[UUID, datetime] = {}

    def go(self, what: str, chance: int) -> None:
        if what in ("use", "hold"):
            codes = [self.codes[chance % 3], self.codes[chance % 5 % 3]]
            one = basket(*codes, at=self.at)
            until = self.at + HELD if what == "hold" else None
            told = used(one, until=until, organisation=self.home)
            self.done[one.id], self.state[one.id] = told, "held" if until else "used"
            self.ends[one.id] = until or self.at
        elif what == "later":
            self.at += HELD * (chance % 3) / 2
        elif what == "lapse":
            coupons_using.lapse_due(actor=ANN, at=self.at)
        elif self.done:
            self.end(what, sorted(self.done)[chance % len(self.done)])
        for number, state in self.state.items():
            # What is over is free as soon as anybody looks; the books follow when the job comes by, or it is taken.
            if state == "held" and self.ends[number] <= self.at and not self.is_held(number):
                self.state[number] = "gone"

    def end(self, what: str, number: UUID) -> None:
        held = self.state[number] == "held"
        over = self.ends[number] <= self.at
        if what in ("restore", "cancel"):
            if what == "restore":
                coupons_using.restore([number], organisation=self.home, actor=ANN, at=self.at)
            elif self.state[number] == "used":
                coupons_using.cancel([number], actor=ANN, at=self.at)
            self.state[number] = "gone" if self.state[number] == "used" else self.state[number]
        elif what == "keep" and held and not over:
            coupons_using.keep([number], actor=ANN, at=self.at)
            self.state[number] = "used"
        elif what == "keep" and held:
            with pytest.raises(ReservationClosed):
                coupons_using.keep([number], actor=ANN, at=self.at)
        elif what == "release" and held:
            coupons_using.release([number], actor=ANN, at=self.at)
            self.state[number] = "gone"

    def is_held(self, number: UUID) -> bool:
        return CouponUse.objects.filter(occasion=number, state="reserved").exists()

    def check(self) -> None:
        counted = [one for number, one in self.done.items() if self.state[number] != "gone"]
        uses = sum(len(one.priced.applied) for one in counted)
        money = sum(one.priced.discount for one in counted)
        sums = dict(Counter.objects.filter(organisation=self.home).values_list("of", "used"))
        assert (sums.get("uses", 0), sums.get("money", 0)) == (uses, money)
        assert uses <= USES
        assert money <= MONEY
        rows = Coupon.objects.filter(organisation=self.home)
        taken = rows.aggregate(taken=Sum("taken"), kept=Sum("kept"))
        kept = sum(len(one.priced.applied) for n, one in self.done.items() if self.state[n] == "used")
        assert (taken["taken"], taken["kept"]) == (uses, kept)
        for row in rows:
            mine = CouponUse.objects.filter(coupon=row.id)
            assert mine.filter(state__in=("reserved", "redeemed")).count() == row.taken <= 2
            assert mine.filter(state="redeemed").count() == row.kept
            full = "redeemed" if row.kept == 2 else "reserved" if row.taken == 2 else "issued"
            assert row.state == full


@pytest.mark.django_db
@settings(max_examples=12, deadline=None)
@given(steps)
def test_what_is_counted_is_what_was_used_and_held(walk: list[tuple[str, int]]) -> None:
    shop = Walk()
    for what, chance in walk:
        shop.go(what, chance)
        shop.check()
