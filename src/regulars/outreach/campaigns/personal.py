"""What each member gets of a campaign where that is not the same for all: a list of products they need, with offers on
some, or the offer of the cell they are in. Many members at once, a query for each kind of what is known.

What is decided here is asked before the draw and again when it is given: who has nothing to get is in neither arm.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from regulars.access.selectors import places
from regulars.basics.periods import day_of
from regulars.journal.statements import column, run
from regulars.outreach.campaigns.cells import Cell, Somebody, Table, with_above
from regulars.outreach.campaigns.forms import CampaignForm, CellForm, ListForm
from regulars.outreach.campaigns.statements import Account, accounts_of
from regulars.programme.book import book
from regulars.programme.selectors.tiers import levels_of
from regulars.programme.services.offer_lists import NewLine
from regulars.scorebook.models import Product
from regulars.scorebook.selectors import Scored, present_scores, products_of

SPENDS_LESS: Final = "spends-less"  # than a list asks for
NOTHING_TO_OFFER: Final = "nothing-to-offer"  # it is not known what they need
NO_CELL: Final = "no-cell"  # no row of the table is for them
LEAST_DAYS: Final = 28  # that somebody is taken to be known
_SPENT: Final = """
SELECT m.root_id, sum(s.amount - s.discount - s.returned)::bigint FROM members_member m
JOIN sales_sale s ON s.member = m.id AND s.state = 'complete' AND s.currency = %s
    AND s.effective_at >= %s::timestamptz AND s.effective_at < %s::timestamptz
WHERE m.root_id = ANY(%s::uuid[]) GROUP BY m.root_id
"""


@dataclass(frozen=True, slots=True)
class Personal:
    """What there is for members: series of coupons by member, lists by member, why the others get nothing, and what
    their statements say."""

    series: Mapping[UUID, tuple[str, ...]]
    lists: Mapping[UUID, tuple[NewLine, ...]]
    unfit: Mapping[UUID, str]
    accounts: Mapping[UUID, Account]


def personal(form: CampaignForm, members: Sequence[UUID], *, organisation: UUID, at: datetime) -> Personal:
    """Of these members (roots). Two queries for scores, two for products, three for levels and two for points, each
    only where the campaign asks for it; and one for what was spent."""
    accounts: Mapping[UUID, Account] = {}
    if form.statement is not None:
        accounts = accounts_of(form.statement, members, organisation=organisation, at=at)
    if form.list is None and not form.cells:
        same = (form.series,) if form.series else ()
        return Personal(dict.fromkeys(members, same) if same else {}, {}, {}, accounts)
    known = _Known(form, members, accounts, organisation, at)
    lists, unfit = _lists(form.list, known) if form.list is not None else ({}, {})
    series: dict[UUID, tuple[str, ...]] = {}
    if form.cells:
        table = _table(form.cells)
        for member in members:
            cell = table.of(known.somebody(member))
            if cell is not None:
                series[member] = cell.series
            elif form.series:
                series[member] = (form.series,)
            elif form.statement is None:  # which everybody gets
                unfit.setdefault(member, NO_CELL)
    elif form.series:
        series = dict.fromkeys(members, (form.series,))
    return Personal(series, lists, unfit, accounts)


@lru_cache(16)
def _table(rows: tuple[CellForm, ...]) -> Table:
    """Ready once for all batches."""
    return Table([Cell(one.series, one.classes, one.stages, one.needs, one.levels, one.why, one.points_from)
                  for one in rows])  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A product that somebody needs or may like."""

    item: str
    why: str
    next_on: date | None
    name: str = ""


class _Known:
    """What is known of members, read once."""

    def __init__(
        self,
        form: CampaignForm,
        members: Sequence[UUID],
        accounts: Mapping[UUID, Account],
        organisation: UUID,
        at: datetime,
    ) -> None:
        self.form, self.members, self.at, self.organisation = form, members, at, organisation
        self.today = day_of(at, places().zones.get(organisation, "UTC"))
        self.accounts = accounts
        self.scores: Mapping[UUID, Scored] = present_scores(members, organisation=organisation)
        self.wanted = {member: _wanted(one.score, self.today, form) for member, one in self.scores.items()}
        self.products: dict[str, Product] = {}
        items = {one.item for several in self.wanted.values() for one in several}
        run_id = next((one.run.id for one in self.scores.values()), None)
        if run_id is not None and items:
            self.products = {one.item: one for one in products_of(run_id, items)}
        rows = (*form.cells, *(form.list.lines if form.list else ()))
        self.levels: Mapping[UUID, frozenset[str]] = {}
        if any(one.levels for one in rows):
            held = levels_of(members, terms=book(organisation), at=at)
            self.levels = {
                member: frozenset(f"{ladder}/{one.level}" for ladder, one in of.items()) for member, of in held.items()
            }

    def somebody(self, member: UUID, line: _Wanted | None = None) -> Somebody:
        """As the table sees them; of a line, for that product alone."""
        scored = self.scores.get(member)
        about = [line] if line is not None else self.wanted.get(member, [])[: self.form.most_needs]
        needs = {name for one in about for name in with_above(one.item, self._category(one.item))}
        account = self.accounts.get(member)
        return Somebody(
            scored.score.value_class if scored else "",
            scored.score.stage if scored else "",
            frozenset(needs),
            self.levels.get(member, frozenset()),
            line.why if line is not None else "",
            account.earned if account else 0,
        )

    def _category(self, item: str) -> str:
        return self.products[item].category if item in self.products else ""

    def name(self, line: _Wanted) -> str:
        found = self.products.get(line.item)
        return line.name or (found.name if found is not None else "") or line.item


def _wanted(score: Any, today: date, form: CampaignForm) -> list[_Wanted]:
    """What they need while the list is good, the likeliest first; then what they may like; then what is needed later.
    Each product once."""
    until = today + timedelta(days=form.list.days if form.list else form.window_days)
    due = [
        (float(one.get("chance") or 0), _Wanted(one["item"], "due", date.fromisoformat(str(one["next_on"])[:10])))
        for one in score.due or ()
    ]
    due.sort(key=lambda one: (-one[0], one[1].next_on or today, one[1].item))
    soon = [one for _, one in due if one.next_on is None or one.next_on <= until]
    later = [replace(one, why="later") for _, one in due if one.next_on is not None and one.next_on > until]
    likely = [
        _Wanted(one["item"], one.get("why") or "popular", None, one.get("name") or "")
        for one in score.next_products or ()
    ]
    found: dict[str, _Wanted] = {}
    for one in (*soon, *likely, *later):
        found.setdefault(one.item, one)
    return list(found.values())


def _lists(form: ListForm, known: _Known) -> tuple[dict[UUID, tuple[NewLine, ...]], dict[UUID, str]]:
    """The lists of who spends enough and of whom it is known what they need."""
    spent = _spent(form, known)
    table = _table(form.lines)
    lists: dict[UUID, tuple[NewLine, ...]] = {}
    unfit: dict[UUID, str] = {}
    for member in known.members:
        if not _spends_enough(form, known, member, spent.get(member, 0)):
            unfit[member] = SPENDS_LESS
        elif not known.wanted.get(member):
            unfit[member] = NOTHING_TO_OFFER
        else:
            lists[member] = _lines(form, table, known, member)
    return lists, unfit


def _lines(form: ListForm, table: Table, known: _Known, member: UUID) -> tuple[NewLine, ...]:
    left, made = form.offers, []
    for line in known.wanted[member][: form.products]:
        cell = table.of(known.somebody(member, line)) if left else None
        left -= cell is not None
        series = cell.series[0] if cell is not None else None
        made.append(NewLine(line.item, known.name(line), line.why, line.next_on, series))
    return tuple(made)


def _spent(form: ListForm, known: _Known) -> dict[UUID, int]:
    """By the members as they are now. One query along an index."""
    since = known.at - timedelta(weeks=form.weeks)
    return dict(run(_SPENT, [known.form.currency, since, known.at, column(list(known.members))]))


def _spends_enough(form: ListForm, known: _Known, member: UUID, spent: int) -> bool:
    """So much a week over the last weeks, or over the time that they are known, which is four weeks at least."""
    scored = known.scores.get(member)
    first_on = scored.score.first_on if scored is not None else None
    days = 7 * form.weeks
    if first_on is not None:
        days = min(days, max(LEAST_DAYS, (known.today - first_on).days))
    return spent * 7 >= form.weekly_spend_min * days


def series_named(form: CampaignForm) -> Collection[str]:
    """Every series a campaign gives coupons of."""
    several = {code for cell in form.cells for code in cell.series}
    listed = {code for cell in (form.list.lines if form.list else ()) for code in cell.series}
    return several | listed | ({form.series} if form.series else set())
