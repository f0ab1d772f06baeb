"""Past purchases with what rules knew then, batch by batch in the order of time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import from_json

from regulars.basics.ids import WrongId, typed, untyped
from regulars.basics.periods import day_of
from regulars.journal.statements import column, run
from regulars.members.selectors.sketches import Sketch, sketches
from regulars.programme.book import Book
from regulars.programme.challenges.selectors import opted_in
from regulars.programme.checkout.known import asks_for_first, asks_who_opted_in
from regulars.programme.checkout.rows import facts_kept, occasion_kept
from regulars.programme.coupons.moves import CouponRow
from regulars.programme.coupons.offering import PREFIX
from regulars.programme.previews.moves import Bill, Came
from regulars.programme.selectors.tiers import levels_of
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion
from regulars.rules.reasons import Why
from regulars.rules.rounding import Round, divided

AT_ONCE: Final = 4000
DRAWN: Final = 1 << 30  # of so many numbers those below a sample's are in it
_SEVERAL: Final = (
    " s.organisation = %(organisation)s AND s.state = 'complete' AND s.effective_at >= %(since)s"
    " AND s.effective_at < %(until)s"
)
_COUNT: Final = f"SELECT count(*) FROM sales_sale s WHERE{_SEVERAL}"
# Whoever bought is in a sample with all that they bought; of bills without a card each is drawn by itself.
_BILLS: Final = f"""
SELECT s.id, s.effective_at, s.member, s.merchant, s.store, s.channel, s.currency, c.member, c.facts, c.parts, c.gains,
    CASE WHEN s.discount > 0 THEN c.told->'lines' END,
    CASE WHEN c.told::text LIKE '%%"cpn\\_%%'
        THEN jsonb_build_array(c.told->'effects', c.told->'not_applied') END,
    c.told @> '{{"not_applied": [{{"why": "frozen"}}]}}'
FROM sales_sale s LEFT JOIN programme_checkout c ON c.sale = s.id
WHERE{_SEVERAL} AND (s.effective_at, s.id) > (%(since)s, %(after)s)
    AND (%(drawn)s = {DRAWN}
        OR (hashtextextended(coalesce(s.member, s.id)::text, %(chance)s) & {DRAWN - 1}) < %(drawn)s)
ORDER BY s.effective_at, s.id LIMIT {AT_ONCE}
"""
_LINES: Final = (
    "SELECT sale_id, number, item, amount, quantity, discount, tax, category, brand, vendor, marks FROM sales_line"
    " WHERE sale_id = ANY(%s::uuid[]) ORDER BY sale_id, number"
)
_COUPONS: Final = "SELECT id, series, terms, issued_at, item FROM programme_coupon WHERE id = ANY(%s::uuid[])"
_OF_NOBODY: Final = (
    None,
    None,
    None,
    None,
)  # number, mark, text and member of a coupon: it was good where it was shown
_ROOTS: Final = "SELECT id, root_id FROM members_member WHERE id = ANY(%s::uuid[])"
_FIRST: Final = (
    "SELECT s.id, count(p.id) FROM sales_sale s LEFT JOIN sales_sale p ON p.member = s.member"
    " AND p.state <> 'cancelled' AND (p.effective_at, p.id) < (s.effective_at, s.id)"
    " WHERE s.id = ANY(%s::uuid[]) GROUP BY s.id"
)
# Of a code that was shown and gave nothing: for these reasons it gives nothing under any terms.
_SPENT: Final = frozenset({Why.USED, Why.RESERVED, Why.REVOKED, Why.UNKNOWN_CODE, Why.OTHER_PERSON})


@dataclass(frozen=True, slots=True)
class Days:
    """Which purchases are looked at: of one organisation, from `since` up to, not including, `until`; a share of them
    by chance."""

    organisation: UUID
    since: datetime
    until: datetime
    drawn: int = DRAWN
    chance: int = 0

    def values(self) -> dict[str, object]:
        return {"organisation": self.organisation, "since": self.since, "until": self.until}


def count(days: Days) -> int:
    """How many there are. One query."""
    ((found,),) = run(_COUNT, days.values())
    return int(found)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads purchases for what both sides ask. `book`: with all that any side asks of members."""

    days: Days
    book: Book
    zones: Mapping[UUID, str]
    asks: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, days: Days, book: Book, zones: Mapping[UUID, str]) -> "Reader":
        asks = {"first"} if asks_for_first(book) else set()
        asks |= {"opted"} if asks_who_opted_in(book) else set()
        return cls(days, book, zones, frozenset(asks))

    def batches(self) -> Iterator[list[Bill]]:
        """Two queries a batch; one more where codes were shown, two to four where something is asked of members that
        was not kept."""
        since, after = self.days.since, UUID(int=0)
        while True:
            asked = {**self.days.values(), "since": since, "after": after}
            rows = run(_BILLS, {**asked, "drawn": self.days.drawn, "chance": self.days.chance})
            if not rows:
                return
            yield self._bills(rows)
            after, since = rows[-1][0], rows[-1][1]

    def _bills(self, rows: Sequence[tuple[Any, ...]]) -> list[Bill]:
        lines: dict[UUID, list[Line]] = {row[0]: [] for row in rows}
        for sale, *said, marks in run(_LINES, [column(list(lines))]):
            lines[sale].append(Line(*said, tuple(marks)))  # type: ignore[call-arg]
        return self._with_facts(self._with_coupons([self._bill(row, lines[row[0]]) for row in rows], rows))

    def _bill(self, row: Sequence[Any], lines: Sequence[Line]) -> Bill:
        sale, at, shown, merchant, store, channel, currency, member, facts, parts, gains, offers, _, frozen = row
        kept = from_json(facts) if facts else {}
        paid = from_json(parts) if parts and parts != "[]" else ()
        given = from_json(gains) if gains and gains != "[]" else ()
        taken = _taken(from_json(offers)) if offers else {}
        whole = tuple(_without(line, taken[line.number]) if line.number in taken else line for line in lines)
        if kept.get("occasion"):
            occasion = occasion_kept(kept["occasion"], whole)
        else:
            occasion = self._occasion(at, currency, whole, merchant, store, channel)
        points = tuple((one["unit"], one["units"]) for one in paid if one["kind"] == "points")
        if points:
            ours = {f"points:{unit}" for unit, _ in points}
            left = tuple(one for one in occasion.tenders if one.kind not in ours)
            occasion = replace(occasion, tenders=left)
        units: dict[str, int] = {}
        for one in given:
            if one["kind"] != "load":
                units[one["unit"]] = units.get(one["unit"], 0) + one["amount"]
        money = sum(one["money"] for one in paid if one["kind"] == "points")
        then = facts_kept(kept.get("member"))
        return Bill(
            sale, shown, member or shown, occasion, then, shown is not None and not frozen,
            Came(units, sum(taken.values()), money), points=points,
            loads=frozenset(one["line"] for one in given if one["kind"] == "load"),
            before=shown is not None and then is None,
        )  # fmt: skip

    def _occasion(
        self, at: datetime, currency: str, lines: tuple[Line, ...], merchant: UUID, store: UUID, channel: str
    ) -> Occasion:
        zone, here = self.zones.get(self.days.organisation, "UTC"), store or merchant
        return Occasion(
            at=at, currency=currency, lines=lines, channel=channel, zone=zone,
            merchant=typed("mrc", merchant) if merchant else "", store=typed("str", store) if store else "",
            store_zone=self.zones.get(here, "") if here else "",
        )  # fmt: skip

    def _with_coupons(self, bills: list[Bill], rows: Sequence[tuple[Any, ...]]) -> list[Bill]:
        shown = {row[0]: list(dict.fromkeys(_codes(from_json(row[12])))) for row in rows if row[12]}
        wanted = sorted({number for numbers in shown.values() for number in numbers})
        if not wanted:
            return bills
        found = {
            number: CouponRow(
                number, series, terms, None, None, None, None, False, issued_at, None, None, 0, 0, "issued", item
            )
            for number, series, terms, issued_at, item in run(_COUPONS, [column(wanted)])
        }
        for bill in bills:
            bill.coupons = {str(one): found[one] for one in shown.get(bill.id, ()) if one in found}
        return bills

    def _with_facts(self, bills: list[Bill]) -> list[Bill]:
        """What was not kept of members is read as it is now."""
        unknown = [bill for bill in bills if bill.before]
        asking = bills if "opted" in self.asks else unknown
        members = {bill.member for bill in asking if bill.member is not None}
        if members:
            now = dict(run(_ROOTS, [column(sorted(members))]))
            people = sketches(set(now.values()))
            levels = levels_of(people, terms=self.book, at=self.days.until) if unknown else {}
            opted = opted_in(people) if "opted" in self.asks else {}
            for bill in asking:
                root = now.get(bill.member) if bill.member else None
                if root is None or root not in people:
                    continue
                if bill.before:
                    tiers = {ladder: one.level for ladder, one in levels[root].items()}
                    bill.facts = _as_now(people[root], tiers, bill.occasion)
                if bill.facts is not None and "opted" in self.asks:
                    into = frozenset(one.code for one in opted.get(root, ()) if one.holds(bill.at))
                    bill.facts = replace(bill.facts, enrolled_in=into)
        if "first" in self.asks:
            self._count_before([bill for bill in bills if bill.facts and bill.facts.purchases_before is None])
        return bills

    def _count_before(self, bills: Iterable[Bill]) -> None:
        by_id = {bill.id: bill for bill in bills}
        for number, times in run(_FIRST, [column(list(by_id))]) if by_id else ():
            facts = by_id[number].facts
            assert facts is not None
            by_id[number].facts = replace(facts, purchases_before=times)


def _as_now(person: Sketch, tiers: Mapping[str, str], occasion: Occasion) -> MemberFacts:
    return MemberFacts(
        tiers=tiers, segments=person.marks, tags=person.tags, joined_on=day_of(person.joined_at, occasion.zone),
        birthday=person.birthday,
    )  # fmt: skip


def _taken(lines: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """What offers of the programme took off each line."""
    found = ((line["number"], sum(one["amount"] for one in line.get("offers", ()))) for line in lines)
    return {number: amount for number, amount in found if amount}


def _without(line: Line, taken: int) -> Line:
    """The line before offers; its tax in proportion, as offers reduce it."""
    before = line.paid + taken
    tax = divided(line.tax * before, line.paid, Round.HALF_UP) if line.paid else 0
    return replace(line, discount=line.discount - taken, tax=tax)


def _codes(told: Sequence[Any]) -> Iterator[UUID]:
    """Coupons that took something off, and those that were shown and may under other terms."""
    effects, refused = told
    for one in effects or ():
        yield from _coupon(one.get("coupon"))
    for one in refused or ():
        if one["why"] not in _SPENT and not (one["why"] == Why.TOO_LATE and "ended_at" in one.get("facts", ())):
            yield from _coupon(one.get("coupon"))


def _coupon(text: str | None) -> Iterator[UUID]:
    if text:
        try:
            yield untyped(PREFIX, text)
        except WrongId:  # a text that was typed, and is nobody's code
            return
