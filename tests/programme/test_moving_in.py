"""A running programme moves in: rows kept or refused, nothing twice, a report that ties, and all of it back again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.ledger.books_made import spend
from tests.ledger.test_races import at_once
from tests.members.shop import ANN, AT, OURS, enrol
from tests.programme.promotions_made import basket, used

from regulars.journal.statements import run
from regulars.ledger.books import house_balances
from regulars.ledger.moves import Balance
from regulars.ledger.selectors import balances
from regulars.ledger.services import define_unit, settle_due
from regulars.ledger.verify_steps import STEPS
from regulars.ledger.words import Role, UnitKind
from regulars.members.merging import merge
from regulars.members.models import Identifier
from regulars.members.moves import Presented
from regulars.programme.book import book
from regulars.programme.coupons.wallet import wallet
from regulars.programme.errors import MoveInUndone, WrongMoveIn
from regulars.programme.models import Coupon as CouponRow
from regulars.programme.models import Given, MoveIn, MoveInRow
from regulars.programme.moves_tiers import NewUse
from regulars.programme.moving.checking import digest
from regulars.programme.moving.files import File, move_in
from regulars.programme.moving.known import known
from regulars.programme.moving.moves import Brought, Card, Coupon, Lot, Outcome, Pending, Report, Row, Tier
from regulars.programme.moving.reporting import missing, report
from regulars.programme.moving.rows import Policy
from regulars.programme.moving.taking import begin, take
from regulars.programme.moving.undoing import begin_undo, undo_due
from regulars.programme.selectors.tiers import levels_of
from regulars.programme.services.benefits import use
from regulars.programme.services.coupons_handing import hand_over_due
from regulars.programme.services.terms import publish

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
YEAR = 365 * DAY
LEVELS = [{"code": "blue"}, {"code": "silver", "reach": [{"miles": 100}]}, {"code": "gold", "reach": [{"miles": 200}]}]
OFFER = {"benefit": {"type": "percent", "permille": 100}, "conditions": {"who": {"anyone": True}}}


@pytest.fixture
def programme() -> None:
    define_unit("points", "Points", zone="Europe/London", actor=ANN, at=AT)
    define_unit("miles", "Miles", actor=ANN, at=AT)
    define_unit("GBP", "Value", kind=UnitKind.PAID, currency="GBP", scale=2, actor=ANN, at=AT)
    define_unit("GBP-bonus", "Bonus", kind=UnitKind.BONUS, currency="GBP", scale=2, actor=ANN, at=AT)
    for kind, code, document in (
        ("ladder", "club", {"levels": LEVELS}),
        ("coupon-series", "welcome", {"name": "Welcome", "offer": OFFER}),
    ):
        publish(kind, code, document, organisation=OURS, begins_at=AT - YEAR, moving_in=True, actor=ANN, at=AT)


def rows(*brought: tuple[UUID | str | None, Brought], file: str = "old.csv") -> list[Row]:
    """A text is a number of the old programme."""
    return [
        Row(
            file, line, brings, who if isinstance(who, UUID) else None,
            (Presented("external", who, "shop"),) if isinstance(who, str) else (),
        )
        for line, (who, brings) in enumerate(brought, 2)
    ]  # fmt: skip


def moved(wanted: Sequence[Row], name: str = "old", **more: Any) -> list[Outcome]:
    return take(begin(name, organisation=OURS, actor=ANN, at=AT), wanted, actor=ANN, at=more.pop("at", AT), **more)


def told(name: str = "old") -> Report:
    return report(MoveIn.objects.get(name=name), at=AT)


def undone(name: str = "old", at: Any = AT + DAY) -> Report:
    number = MoveIn.objects.get(name=name).id
    begin_undo(number, organisation=OURS, actor=ANN, at=at)
    while undo_due(actor=ANN, at=at):
        pass
    return told(name)


def has(who: UUID, unit: str = "points", at: Any = AT) -> Balance:
    return {one.unit: one for one in balances(who, at=at)}[unit]


def everything(ada: UUID) -> list[Row]:
    return rows(
        (ada, Lot("points", 500, AT - 100 * DAY, expires_at=AT + YEAR)),
        (ada, Lot("points", 70, AT - 3 * DAY, expires_at=AT + YEAR)),
        (ada, Lot("GBP", 2500, AT - 30 * DAY)),
        (ada, Lot("GBP-bonus", 250, AT - 30 * DAY, expires_at=AT + 30 * DAY)),
        (ada, Pending("points", 40, AT - DAY, activates_at=AT + 5 * DAY, validity="12M@month")),
        (ada, Tier("club", "gold", AT - 200 * DAY, AT + 200 * DAY, reason="reached 2025")),
        (ada, Card("OLD-7", "old-club")),
        (ada, Coupon("OLD SUMMER 77", "welcome", 2, AT + 50 * DAY)),
        (None, Coupon("LOOSE-1", "welcome")),
    )


def test_everything_is_there_with_its_dates_and_the_report_ties(programme: None) -> None:
    ada = enrol(("external", "7"))
    assert all(one.made and not one.reason for one in moved(everything(ada)))
    assert (has(ada).available, has(ada).pending) == (570, 40)
    assert (has(ada, "GBP").available, has(ada, "GBP-bonus").available) == (2500, 250)
    assert has(ada, at=AT + YEAR).available == 0
    (one,) = levels_of([ada], terms=book(OURS), at=AT)[ada].values()
    assert (one.level, one.since, one.until) == ("gold", AT - 200 * DAY, AT + 200 * DAY)
    assert [coupon.series for coupon in wallet(ada, organisation=OURS, at=AT)] == ["welcome"]
    found = told()
    assert (found.rows, found.kept, found.refused, found.ties) == (9, 9, 0, True)
    lines = {(line.kind, line.label, line.month): (line.rows_here, line.here) for line in found.lines}
    assert lines["lot", "points", "2027-05"] == (2, 570)
    assert lines["tier", "club/gold", "2026-11"] == (1, 1)
    assert lines["coupon", "welcome", "2026-06"] == (1, 2)
    assert lines["card", "old-club", ""] == (1, 1)


def test_a_row_that_is_sent_again_moves_in_once_and_another_in_its_place_is_refused(programme: None) -> None:
    ada = enrol(("external", "7"))
    first = moved(everything(ada))
    again = moved(everything(ada), at=AT + DAY)
    assert [one.made for one in again] == [one.made for one in first]
    assert all(one.again for one in again)
    other = [replace(everything(ada)[0], brings=Lot("points", 501, AT - 100 * DAY))]
    assert [one.reason for one in moved(other)] == ["row-changed"]
    assert has(ada).available == 570
    assert (told().kept, told().refused) == (9, 1)


def test_what_cannot_move_in_is_refused_row_by_row_and_the_report_says_which(programme: None) -> None:
    ada, bo = enrol(("external", "7"), ("email", "ada@example.com")), enrol(("external", "8"))
    enrol(("external", "9"))
    both = (Presented("external", "7", "shop"), Presented("external", "8", "shop"))
    good = Lot("points", 5, AT)
    wanted = rows(
        (ada, good),
        ("404", good),
        (None, good),
        (UUID(int=9), good),
        (ada, Lot("shells", 5)),
        (ada, Lot("points", None)),
        (ada, Lot("points", 5, AT + DAY)),
        (ada, Lot("points", 5, AT - DAY, expires_at=AT)),
        (ada, Lot("GBP", 5, expires_at=AT + DAY)),
        (ada, Lot("points", 5, reason="for Ann Lee")),
        (ada, Pending("GBP", 5)),
        (ada, Tier("club", "diamond")),
        (ada, Tier("other", "gold")),
        (ada, Tier("club", "gold", ends_at=AT)),
        (ada, Card("8", "shop")),
        (ada, Coupon("AB", "welcome")),
        (ada, Coupon("ABC", "autumn")),
        (ada, Coupon("ABC", "welcome", 0)),
        (ada, Coupon("ABC-1", "welcome")),
        (bo, Coupon("abc 1", "welcome")),
    )
    wanted.append(replace(wanted[0], line=99, member=None, shown=both))
    wanted.append(replace(wanted[0], line=100, wrong=("Points", "wrong-amount")))
    outcomes = moved(wanted)
    assert [one.reason for one in outcomes] == [
        "", "unknown-member", "nobody", "unknown-member", "unknown-unit", "wrong-amount", "wrong-date", "expired",
        "may-not-expire", "wrong-reason", "wrong-unit", "unknown-level", "unknown-ladder", "expired", "number-taken",
        "wrong-code", "unknown-series", "wrong-uses", "", "code-taken", "several-members", "wrong-amount",
    ]  # fmt: skip
    found = told()
    assert (found.rows, found.kept, found.refused, found.ties) == (22, 2, 20, False)
    (line,) = [one for one in found.lines if (one.kind, one.label, one.month) == ("lot", "points", "")]
    assert (line.said - line.here, line.here) == (35, 5)
    refused = [one for _, one in missing(MoveIn.objects.get())]
    assert (refused[0].file, refused[0].line, refused[-1].column) == ("old.csv", 3, "Points")
    mended = [replace(wanted[1], shown=(Presented("external", "9", "shop"),))]
    assert [one.reason for one in moved(mended)] == [""]
    assert (told().rows, told().refused, MoveInRow.objects.filter(state="replaced").count()) == (22, 19, 1)


def test_a_member_who_may_not_earn_costs_the_others_nothing(programme: None) -> None:
    from regulars.ledger.services import freeze
    from regulars.ledger.words import Level

    people = [enrol(("external", str(number))) for number in range(7)]
    freeze(people[3], Level.EARN, reason="fraud", actor=ANN, at=AT)
    outcomes = moved(rows(*((one, Lot("points", 5, AT)) for one in people)))
    assert [one.reason for one in outcomes] == ["", "", "", "holder-frozen", "", "", ""]
    assert [has(one).available for one in (people[2], people[4])] == [5, 5]


def test_undo_takes_back_what_was_not_used_and_counts_the_rest(programme: None) -> None:
    ada, bo = enrol(("external", "7")), enrol(("external", "8"))
    moved([*everything(ada), *rows((bo, Lot("points", 10, AT)), (bo, Tier("club", "silver")), file="two.csv")])
    spend(ada, 100, at=AT + DAY)
    found = undone(at=AT + 2 * DAY)
    assert (has(ada, at=AT + 2 * DAY).available, has(bo, at=AT + 2 * DAY).available) == (0, 0)
    assert found.taken_back | {"lot_rows": 4, "lot_rows_kept": 1, "lot_rows_waiting": 0} == found.taken_back
    assert found.taken_back["lot_amount_kept"] == 100
    assert found.taken_back["pending_amount"] == 40
    assert (found.taken_back["tier_rows"], found.taken_back["coupon_amount"], found.taken_back["card_rows"]) == (
        2,
        3,
        1,
    )
    assert {one.level for one in levels_of([ada, bo], terms=book(OURS), at=AT + 2 * DAY)[ada].values()} == {"blue"}
    assert (CouponRow.objects.count(), Identifier.objects.filter(source="old-club").count()) == (0, 0)
    with pytest.raises(MoveInUndone):
        moved(everything(ada))
    assert all(one.made for one in moved(everything(ada), name="once-more", at=AT + 2 * DAY))
    with pytest.raises(MoveInUndone):
        undone()


def test_undo_follows_members_who_became_one_and_what_was_on_its_way(programme: None) -> None:
    ada, bo = enrol(("external", "7")), enrol(("external", "8"))
    moved(everything(bo))
    settle_due(actor=ANN, at=AT + 6 * DAY)
    merge(ada, bo, reason="one person", organisation=OURS, actor=ANN, at=AT + 7 * DAY)
    assert has(ada, at=AT + 7 * DAY).available == 610
    found = undone(at=AT + 8 * DAY)
    assert has(ada, at=AT + 8 * DAY).available == 0
    assert (found.taken_back["lot_amount_kept"], found.taken_back["pending_amount_kept"]) == (0, 0)


def test_no_number_can_be_tried_out_on_what_is_kept_of_a_row(programme: None) -> None:
    enrol(("phone", "+441134960000"))
    shown = (Presented("phone", "+441134960000"),)
    row = Row("old.csv", 2, Lot("points", 5), shown=shown)
    moved([row])
    key = known(OURS, AT).key
    assert len(key) >= 32
    assert bytes(MoveInRow.objects.get().said) == digest(row, key) != digest(row, b"")


def test_a_level_of_which_something_was_used_stays_and_its_unused_coupons_go(programme: None) -> None:
    benefits = {
        "lounge": {"ladder": "club", "levels": {"gold": 3}},
        "gift": {"ladder": "club", "levels": {"gold": 1}, "coupons": "welcome"},
    }
    for code, document in benefits.items():
        publish("benefit", code, document, organisation=OURS, begins_at=AT, actor=ANN, at=AT)
    ada, bo = enrol(("external", "7")), enrol(("external", "8"))
    moved(rows((ada, Tier("club", "gold", ends_at=AT + YEAR)), (bo, Tier("club", "gold", ends_at=AT + YEAR))))
    assert hand_over_due(actor=ANN, at=AT) == 2
    use(NewUse(ada, "lounge"), organisation=OURS, actor=ANN, at=AT + DAY)
    found = undone()
    assert (found.taken_back["tier_rows"], found.taken_back["tier_rows_kept"]) == (1, 1)
    shown = levels_of([ada, bo], terms=book(OURS), at=AT + DAY)
    assert [shown[one]["club"].level for one in (ada, bo)] == ["gold", "blue"]
    assert dict(CouponRow.objects.values_list("member", "state")) == {ada: "issued", bo: "revoked"}


def test_a_coupon_that_was_used_once_is_good_for_no_more(programme: None) -> None:
    ada = enrol(("external", "7"))
    moved(rows((ada, Coupon("OLD-77", "welcome", 3)), (ada, Coupon("OLD-78", "welcome", 1))))
    assert used(basket("old 77")).priced.discount
    found = undone()
    assert (found.taken_back["coupon_amount"], found.taken_back["coupon_amount_kept"]) == (3, 1)
    assert list(CouponRow.objects.values_list("state", "kept")) == [("revoked", 1)]


def test_stopped_half_way_it_goes_on_and_the_books_add_up_before_and_after(programme: None, tmp_path: Path) -> None:
    people = [enrol(("external", str(number))) for number in range(7)]
    file = tmp_path / "lots.csv"
    file.write_text("id,points\n" + "".join(f"{number},{number + 1}\n" for number in range(7)), encoding="utf-8")
    policy = Policy("shop", same={"unit": "points"})
    said: list[int] = []

    def stop(what: str, done: int, total: int) -> None:
        said.append(done)
        if done == 4:
            raise KeyboardInterrupt

    who: Any = {"name": "old", "organisation": OURS, "actor": ANN, "at": AT, "batch": 2}
    with pytest.raises(KeyboardInterrupt):
        move_in([File(file)], policy, progress=stop, **who)
    assert MoveInRow.objects.count() == 4
    tried = move_in([File(file)], policy, dry_run=True, **who)
    done = move_in([File(file)], policy, **who)
    assert tried.report == done.report
    assert (said, done.report.kept, done.report.ties) == ([2, 4], 7, True)
    assert [has(one).available for one in people] == [1, 2, 3, 4, 5, 6, 7]
    spend(people[6], 3, at=AT + DAY)
    undone(at=AT + 2 * DAY)
    assert [row for step in STEPS.values() for row in run(step) if row[0] == "difference"] == []
    (balance,) = [one for one in house_balances("points") if one.scope == "opening"]
    assert (balance.role, balance.balance) == (Role.ISSUED, -3)


def test_many_rows_cost_as_many_queries_as_few(programme: None) -> None:
    ids = [enrol(("external", str(number))) for number in range(30)]

    def queries(name: str, count: int) -> int:
        wanted = [
            replace(one, line=10 * place + one.line, brings=_own(one.brings, f"{name}{place}"))
            for place, ada in enumerate(ids[:count])
            for one in everything(ada)[:8]
        ]
        with CaptureQueriesContext(connection) as seen:
            assert all(one.made for one in moved(wanted, name))
        return len(seen)

    queries("warm", 1)
    few, many = queries("few", 2), queries("many", 30)
    assert many == few


def _own(brings: Brought, text: str) -> Brought:
    match brings:
        case Card():
            return replace(brings, number=text)
        case Coupon():
            return replace(brings, code=f"code {text}")
    return brings


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_sem_27_the_same_rows_sent_by_many_at_once_move_in_once(programme: None) -> None:
    ada = enrol(("external", "7"))
    answers: list[Any] = at_once([lambda: moved(everything(ada))] * 8)
    made = {tuple(one.made for one in answer) for answer in answers}
    assert len(made) == 1, [one for one in answers if not isinstance(one, list)]
    assert sum(not one.again for answer in answers for one in answer) == 9
    assert (has(ada).available, MoveInRow.objects.count(), Given.objects.count()) == (570, 9, 1)


def test_a_name_that_is_none_is_refused(programme: None) -> None:
    with pytest.raises(WrongMoveIn):
        begin("a/b", organisation=OURS, actor=ANN, at=AT)
