"""Terms to begin with: of each kind a document that fits the house as it is, and what must be there before it holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from django.utils.translation import gettext as _

from regulars.access import gate
from regulars.access.models import Role
from regulars.access.rights import Right
from regulars.access.selectors import places
from regulars.basics.money import minor_digits
from regulars.console.desk import Desk
from regulars.console.forms_terms import Around
from regulars.console.selectors.reward import around_of, merchants, plain
from regulars.ledger.models import Unit
from regulars.ledger.words import UnitKind
from regulars.programme.book import Book, book
from regulars.programme.moves import Version
from regulars.programme.terms import DEFAULT

Document = dict[str, Any]
CURRENCY: Final = "EUR"  # stands in the document of a house that has no merchant yet: that is said beside it
SERVING: Final = ("clerk", "support")  # who may give goodwill in most houses


@dataclass(frozen=True, slots=True)
class First:
    """What must be there before the terms can be published. `url`: where it is made; empty for who may not."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """A document to begin with. `again`: it is what holds already, and becomes its next version."""

    code: str
    document: Document
    firsts: Sequence[First] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class House:
    """What documents are made of. `unit`: the points that its rules give, else the first there are; None: no points."""

    desk: Desk
    terms: Book
    unit: Unit | None
    currency: str  # of its bills; empty: it has no merchant
    zone: str
    around: Around

    @property
    def points(self) -> str:
        return self.unit.code if self.unit else "points"

    def units(self, amount: int) -> int:
        return amount * int(10 ** (self.unit.scale if self.unit else 0))

    def money(self, amount: int) -> int:
        """So much of what one counts in: dollars, and hundreds of yen."""
        return amount * int(10 ** (minor_digits(self.currency) or 2))

    def holding(self, kind: str, fits: Callable[[Any], bool]) -> Version | None:
        return next((one for one in self.terms.at(kind, self.desk.at) if fits(one.terms)), None)

    def free(self, kind: str, code: str) -> str:
        """The code, or the first like it that nothing has."""
        taken = {one.code for one in self.terms.versions(kind)}
        numbered = (code if number == 1 else f"{code}-{number}" for number in count(1))
        return next(one for one in numbered if one not in taken)

    @property
    def first_unit(self) -> Sequence[First]:
        if self.unit:
            return ()
        told = _("First of all members need something to earn: points, say.")
        may = gate.may(self.desk.holder.grants, Right.LEDGER_MANAGE)
        return (First(told, self.desk.url("unit-define") if may else ""),)

    @property
    def first_merchant(self) -> Sequence[First]:
        told = _("Amounts are of a currency, and that is a merchant's: open one first.")
        may = self.desk.may_all_over(Right.ACCESS_MANAGE)
        return () if self.currency else (First(told, self.desk.url("set-up") if may else ""),)


def ready(desk: Desk, kind: str) -> tuple[Ready, Around]:
    """A document of that kind, and what its number fields are made of. Three queries, one more for goodwill and for
    what holds already."""
    house = _house(desk)
    return READY[kind](house), house.around


def _house(desk: Desk) -> House:
    terms = book(desk.home)
    units = {one.code: one for one in Unit.objects.order_by("code")}
    given = [one.terms.unit for one in terms.at("earn", desk.at)]
    points = [units[code] for code in (*given, *units) if code in units and units[code].kind == UnitKind.POINTS]
    currencies = [currency for _id, _name, currency in merchants(desk)]
    around = around_of(desk, terms, {code: one.name for code, one in units.items()}, currencies)
    zone = places().zones.get(desk.home, "UTC")
    return House(desk, terms, points[0] if points else None, next(iter(currencies), ""), zone, around)


def _earn(house: House) -> Ready:
    """The first rule; where purchases earn already, something on top of it."""
    document: Document = {"unit": house.points}
    if house.currency:
        document["currency"] = house.currency
    document["award"] = {"type": "per-amount", "units": house.units(1), "per": house.money(1)}
    more = house.holding("earn", lambda one: one.unit == house.points and "purchase" in one.occasions) is not None
    if more:
        document["conditions"] = {"when": {"weekdays": [2]}}
    elif house.around.levels:
        highest = list(house.around.levels)[-1]
        document["multipliers"] = [{"permille": 1500, "conditions": {"who": {"tiers": [highest]}}}]
    lasting = house.holding("inactivity", lambda one: one.unit == house.points)
    if lasting is None and (house.unit is None or house.unit.may_expire):
        document["validity"] = "24M@month"
    return Ready(house.free("earn", "tuesdays" if more else "purchases"), document, house.first_unit)


def _ladder(house: House) -> Ready:
    document = {
        "name": _("Status"), "zone": house.zone, "window": {"kind": "rolling", "months": 12}, "grace": "1M",
        "levels": [
            {"code": "member", "name": _("Member")},
            {"code": "silver", "name": _("Silver"), "reach": [{"spend": house.money(500)}]},
            {"code": "gold", "name": _("Gold"), "reach": [{"spend": house.money(1500)}]},
        ],
    }  # fmt: skip
    return Ready(house.free("ladder", "status"), document)


def _benefit(house: House) -> Ready:
    ladder = next(iter(house.terms.at("ladder", house.desk.at)), None)
    codes = [level.code for level in ladder.terms.levels] if ladder else ["silver", "gold"]
    levels = {code: None if code == codes[-1] else 2 for code in codes[-2:]}
    document = {
        "name": _("Free delivery"), "ladder": ladder.code if ladder else "status", "levels": levels, "every": "month",
    }  # fmt: skip
    told = _("There are no levels yet that could bring anything: write a ladder first.")
    firsts = () if ladder else (First(told, f"{house.desk.url('terms-new')}?kind=ladder"),)
    return Ready(house.free("benefit", "delivery"), document, firsts)


def _promotion(house: House) -> Ready:
    quiet = {"when": {"weekdays": [1, 2, 3]}}
    offer = {"benefit": {"type": "percent", "permille": 100}, "conditions": quiet}
    return Ready(house.free("promotion", "quiet-days"), {"name": _("Ten percent off on quiet days"), "offer": offer})


def _series(house: House) -> Ready:
    offer = {
        "benefit": {"type": "amount", "amount": house.money(5)}, "currency": house.currency or CURRENCY,
        "conditions": {"least": {"purchase": house.money(30)}},
    }  # fmt: skip
    document = {"name": _("Welcome back"), "life": "30D@day", "restored_on_return": True, "offer": offer}
    return Ready(house.free("coupon-series", "welcome-back"), document, house.first_merchant)


def _reward(house: House) -> Ready:
    document = {
        "name": _("A coffee on the house"), "prices": [{"unit": house.points, "amount": house.units(150)}],
        "limits": [{"most": 1, "every": "day"}],
    }  # fmt: skip
    return Ready(house.free("reward", "coffee"), document, house.first_unit)


def _paying(house: House) -> Ready:
    currency = house.currency or CURRENCY
    document = {
        "unit": house.points, "currency": currency, "points": house.units(1), "worth": house.money(1) // 100,
        "least": house.units(100),
    }  # fmt: skip
    held = house.holding("points-payment", lambda one: (one.unit, one.currency) == (house.points, currency))
    firsts = (*house.first_unit, *house.first_merchant)
    return _or(held, house.free("points-payment", "at-the-till"), document, firsts)


def _cap(house: House) -> Ready:
    document = {"unit": house.points, "most": house.units(100_000)}
    held = house.holding("balance-cap", lambda one: one.unit == house.points)
    return _or(held, house.free("balance-cap", "most"), document, house.first_unit)


def _family(house: House) -> Ready:
    document = {"unit": house.points, "most_members": 6, "age_from": 12, "spends_from": 18}
    held = house.holding("family", lambda one: one.unit == house.points)
    return _or(held, house.free("family", "together"), document, house.first_unit)


def _inactivity(house: House) -> Ready:
    document = {"unit": house.points, "after": "12M@month", "resets": ["purchase", "redemption"]}
    held = house.holding("inactivity", lambda one: one.unit == house.points)
    firsts = list(house.first_unit)
    for one in house.terms.versions("earn"):
        if one.ends_at is None and one.terms.unit == house.points and (one.terms.validity or one.terms.expires_on):
            told = _("The rule %(code)s says itself how long its units last: take that out of it first.")
            where = house.desk.url("terms-code", "earn", one.code)
            firsts.append(First(told % {"code": one.code}, where))
    return _or(held, house.free("inactivity", "away"), document, firsts)


def _goodwill(house: House) -> Ready:
    """Of the first role that may give nothing yet, of those who serve first."""
    roles = list(Role.objects.filter(organisation=house.desk.home).order_by("code").values_list("code", flat=True))
    roles.sort(key=lambda code: SERVING.index(code) if code in SERVING else len(SERVING))
    has = {one.code: one for one in house.terms.at("goodwill", house.desk.at)}
    code = next((one for one in roles if one not in has), roles[0] if roles else DEFAULT)
    allowance = {"per_deed": house.units(200), "per_day": house.units(1000)}
    document = {
        "units": {house.points: allowance}, "reasons": [_("a long wait"), _("something was wrong")], "over": "ask",
    }  # fmt: skip
    return _or(has.get(code), code, document, house.first_unit)


def _referral(house: House) -> Ready:
    document = {
        "to_friend": {"unit": house.points, "amount": house.units(100)},
        "to_referrer": {"unit": house.points, "amount": house.units(200)},
        "conditions": {"least": {"purchase": house.money(10)}}, "limits": [{"most": 10, "every": "year"}],
    }  # fmt: skip
    return Ready(house.free("referral", "bring-a-friend"), document, house.first_unit)


def _challenge(house: House) -> Ready:
    document = {
        "name": _("Five visits in a month"), "goal": {"count": "days", "reach": 5}, "every": "month",
        "prize": {"unit": house.points, "amount": house.units(100)},
    }  # fmt: skip
    return Ready(house.free("challenge", "five-visits"), document, house.first_unit)


def _offer(house: House) -> Ready:
    return Ready(house.free("offer", "winter"), {"name": _("Ten percent back in winter"), "places": 1000})


def _reset(house: House) -> Ready:
    document = {"event": "bill-late", "unit": house.points, "appeal_within": "14D"}
    held = house.holding("reset", lambda one: (one.event, one.unit) == ("bill-late", house.points))
    return _or(held, house.free("reset", "late-bill"), document, house.first_unit)


def _commission(house: House) -> Ready:
    document = {"agents": {"booking-site": 150}, "direct": ["web"], "instead": "booking-site"}
    return _or(house.holding("commission", lambda one: True), house.free("commission", "agents"), document)


def _pricing(house: House) -> Ready:
    return _only(house, "pricing-policy", {"choice": "customer", "caps": [{"permille": 500}]})


def _returns(house: House) -> Ready:
    return _only(house, "return-policy", {"spent": "owed", "mixed": "proportion"})


def _late(house: House) -> Ready:
    return _only(house, "late-policy", {"review_after": "30D"})


def _only(house: House, kind: str, document: Document) -> Ready:
    return _or(house.holding(kind, lambda one: True), DEFAULT, document)


def _or(held: Version | None, code: str, document: Document, firsts: Sequence[First] = ()) -> Ready:
    """The document, or what holds already, where a second one beside it would never be asked. One query for that."""
    if held is not None:
        return Ready(held.code, plain(held), firsts, again=True)
    return Ready(code, document, firsts)


READY: Final[Mapping[str, Callable[[House], Ready]]] = {
    "earn": _earn, "promotion": _promotion, "coupon-series": _series, "ladder": _ladder, "reward": _reward,
    "points-payment": _paying, "benefit": _benefit, "challenge": _challenge, "referral": _referral, "offer": _offer,
    "goodwill": _goodwill, "family": _family, "inactivity": _inactivity, "balance-cap": _cap, "reset": _reset,
    "pricing-policy": _pricing, "return-policy": _returns, "late-policy": _late, "commission": _commission,
}  # fmt: skip
