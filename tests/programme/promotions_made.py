"""A shop of tests: promotions and series published, members who show codes, bills."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tests.members.shop import ANN, AT, OURS

from regulars.basics.ids import new_id
from regulars.programme.coupons.moves import Basket, Found, Gift, Issued, Told
from regulars.programme.coupons.terms import PROMOTION, SERIES
from regulars.programme.moves import Version
from regulars.programme.services import coupons_issuing, coupons_using
from regulars.programme.services.terms import publish
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import PIECE, Line, Occasion

TENTH = {"type": "percent", "permille": 100}
ANYONE = {"who": {"anyone": True}}


def offer(benefit: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"benefit": benefit or TENTH, "conditions": ANYONE, **more}


def series(code: str = "spring", *, organisation: UUID = OURS, at: datetime = AT, **more: Any) -> Version:
    document = {"name": "Spring", "offer": offer(), **more}
    return publish(SERIES, code, document, organisation=organisation, actor=ANN, at=at)


def promotion(code: str = "tea-time", *, at: datetime = AT, **more: Any) -> Version:
    return publish(PROMOTION, code, {"name": "Tea", "offer": offer(), **more}, organisation=OURS, actor=ANN, at=at)


def issued(count: int = 1, code: str = "spring", *, at: datetime = AT, organisation: UUID = OURS) -> list[Found]:
    return list(coupons_issuing.issue(code, count, organisation=organisation, actor=ANN, at=at).coupons)


def given(*members: UUID, code: str = "spring", at: datetime = AT, **more: Any) -> Issued:
    to = [Gift(member) for member in members]
    return coupons_issuing.issue(code, organisation=OURS, to=to, actor=ANN, at=at, **more)


def basket(*codes: str | None, member: UUID | None = None, at: datetime = AT, amount: int = 1000) -> Basket:
    occasion = Occasion(at, currency="GBP", lines=(Line(1, "tea", amount, quantity=PIECE),), store="str_quay")
    shown = [code for code in codes if code is not None]
    return Basket(new_id(at), occasion, MemberFacts() if member else None, member, member, shown)


def used(one: Basket, *, until: datetime | None = None, at: datetime | None = None, organisation: UUID = OURS) -> Told:
    held = {one.id: until} if until else None
    when = at or one.occasion.at
    return coupons_using.checkout([one], organisation=organisation, lapses_at=held, actor=ANN, at=when)[0]


def why(told: Told) -> dict[str, str]:
    return {one.code or one.reference: one.reason.why.value for one in told.priced.not_applied}


def nobody() -> UUID:
    return uuid4()
