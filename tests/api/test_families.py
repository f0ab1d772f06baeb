"""Households that spend together: at the till, in two steps, for rewards; and everything goes back to whom it came
from."""

from datetime import timedelta
from typing import Any

import pytest

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.ledger.services import freeze
from regulars.ledger.words import Level
from tests.api.pages import DOCS, run_page
from tests.api.relatives import BABY, CHILD, family, give, has, home, moved_in, ours, paid, person
from tests.api.shop import ANN, PER_TEN, POINTS, Shop, later, line, now, open_shop, owner, promise
from tests.api.world import Till, World
from tests.ledger.machine import books_add_up
from tests.statements import counted


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    promise(world, "points-payment", "points", POINTS)
    return found


@pytest.fixture
def office(world: World) -> Till:
    return Till(world.key("administrator"))


def refused(shop: Shop, **more: Any) -> dict[str, Any]:
    answer = shop.till.post("/purchases", shop.asked(line(5000), **more))
    assert answer.status_code in (409, 422), answer.content
    told = answer.json()
    assert isinstance(told, dict)
    return told


def account(shop: Shop, member: str | None = None) -> dict[str, Any]:
    (one,) = shop.till.get(f"/members/{member or shop.member}/family").json()["items"]
    assert isinstance(one, dict)
    return one


def test_a_bill_is_paid_own_first_then_with_what_ends_soonest(shop: Shop) -> None:
    family(shop)
    soon, late = person(shop, 50, expires_at=now() + timedelta(days=5)), person(shop, 50)
    give(late, 20, expires_at=now() + timedelta(days=1))
    give(shop.member, 30)
    home(shop, shop.member, soon, late)
    asked = shop.asked(line(2000), **ours(80))
    preview = shop.till.done("/purchases?dry_run=true", asked)
    assert (preview["due"], has(shop, shop.member, soon, late)) == (1200, [30, 50, 70])
    done = shop.till.done("/purchases", asked)
    assert paid(done) == {shop.member: 30, late: 20, soon: 30}
    assert (done["paid_with_points"], done["due"]) == (800, 1200)
    assert has(shop, shop.member, soon, late) == [0, 20, 50]
    assert shop.till.done("/purchases", asked)["replayed"]
    books_add_up()


def test_in_proportion_each_pays_and_gets_back_their_part(shop: Shop) -> None:
    family(shop, order="proportional")
    bo, cy = person(shop, 20), person(shop, 10)
    give(shop.member, 30)
    home(shop, shop.member, bo, cy)
    done = shop.buy(line(600, "cup", quantity="3"), line(100, "jam"), **ours(43))
    assert paid(done) == {shop.member: 22, bo: 14, cy: 7}
    assert [sum(part["amount"] for part in one["lines"]) for one in done["effects"]] == [220, 140, 70]
    first = shop.back(done, {"number": 1, "quantity": "1"})
    assert sum(paid(first).values()) == sum(one["money"] for one in first["effects"]) // 10 + 1  # units are whole
    assert (set(paid(first)), first["refund"] >= 0) == ({shop.member, bo, cy}, True)
    second, last = shop.back(done, {"number": 1}), shop.back(done)
    assert has(shop, shop.member, bo, cy) == [30, 20, 10]
    backs = (first, second, last)
    assert sum(one["money"] for back in backs for one in back["effects"]) == 430
    assert sum(back["refund"] for back in backs) == 270
    books_add_up()


def test_what_is_there_is_told_by_ids_and_who_takes_no_part_and_why(shop: Shop) -> None:
    family(shop, age_from=2, spends_from=12, waits_days=30, most_members=3)
    adult, child, baby, new = person(shop, 40), person(shop, 7, CHILD), person(shop, 5, BABY), person(shop, 3)
    give(shop.member, 9)
    untold = shop.member
    late, frozen = person(shop, 1), person(shop, 2)
    there = home(shop, adult, child, baby, new, untold, late, frozen, head=adult)
    for place, member in enumerate((adult, child, baby, untold, frozen, new, late)):
        moved_in(member, 60 - place if member != new else 10)
    freeze(owner(frozen), Level.SPEND, reason="fraud", actor=ANN, at=now())
    told = shop.till.get(f"/members/{child}/family").json()
    (one,) = told["items"]
    assert (told["household"], one["unit"], one["available"]) == (there, "points", 47)
    assert [(each["member"], each["part"], each["available"]) for each in one["members"]] == [
        (adult, "spends", 40), (child, "brings", 7),
    ]  # fmt: skip
    looked = Entry.objects.filter(what="ledger.read", after__part="family").values_list("subject", flat=True)
    assert set(looked) == {adult, child, baby, new, untold, late, frozen}  # what each has was seen, and that is written
    whys = {each["member"]: each["why"] for each in one["apart"]}
    assert whys == {baby: "too-young", untold: "no-birthday", frozen: "frozen", late: "too-many", new: "too-many"}


def test_who_may_not_spend_is_told_why(shop: Shop) -> None:
    rich = person(shop, 100)
    assert refused(shop, **ours(10))["why"] == "no-terms"
    family(shop, age_from=2, spends_from=12, waits_days=3)
    assert refused(shop, **ours(10))["why"] == "no-household"
    child, new = person(shop, 5, CHILD), person(shop, 5)
    home(shop, shop.member, rich, child, new, head=rich)
    for member in (shop.member, rich, child):
        moved_in(member, 10)
    assert refused(shop, **ours(10))["why"] == "no-birthday"
    told = refused(shop, member=child, **ours(10))
    assert (told["code"], told["why"], told["age"]) == ("family-refused", "too-young", 12)
    assert refused(shop, member=new, **ours(10))["why"] == "waiting"
    moved_in(new, 4)
    lacking = refused(shop, member=new, **ours(200))
    facts = {name: lacking[name] for name in ("code", "required", "available", "missing", "own")}
    assert facts == {"code": "not-enough", "required": 200, "available": 110, "missing": 90, "own": 5}
    assert paid(shop.buy(line(5000), member=new, **ours(106))) == {new: 5, rich: 100, child: 1}
    own = shop.buy(line(5000), member=child, points=[{"unit": "points", "points": 4}])  # their own they spend
    assert own["paid_with_points"] == 40
    promise(shop.world, "family", "home", {"unit": "points", "spenders": "head"}, begins_at=now())
    assert refused(shop, **ours(1))["why"] == "not-head"
    freeze(owner(rich), Level.SPEND, reason="fraud", actor=ANN, at=now())
    assert refused(shop, member=rich, **ours(1))["why"] == "frozen"


def test_a_late_bill_is_paid_by_the_family_of_its_day(shop: Shop) -> None:
    family(shop, waits_days=3)
    bo = person(shop, 100)
    home(shop, shop.member, bo)
    for member in (shop.member, bo):
        moved_in(member, 10)
    promise(shop.world, "family", "home", {"unit": "points", "waits_days": 300}, begins_at=now())
    assert refused(shop, **ours(10))["why"] == "waiting"
    then = (now() - timedelta(days=8)).isoformat()
    assert refused(shop, effective_at=then, **ours(10))["why"] == "waiting"
    then = (now() - timedelta(days=6)).isoformat()
    asked = shop.asked(line(5000), effective_at=then, **ours(10))
    done = shop.till.done("/purchases/batch", {"purchases": [asked, asked | {"external_id": "next"}]})
    assert [paid(one) for one in done["items"]] == [{bo: 10}, {bo: 10}]


def test_bills_of_one_call_see_what_those_before_them_left(shop: Shop) -> None:
    family(shop)
    bo, cy = person(shop, 50, expires_at=now() + timedelta(days=5)), person(shop, 50)
    home(shop, shop.member, bo, cy)
    bills = [shop.asked(line(5000), **ours(40)) for _ in range(2)]
    own = shop.asked(line(5000), member=bo, points=[{"unit": "points", "points": 10}])
    done = shop.till.done("/purchases/batch", {"purchases": [bills[0], own, bills[1]]})
    assert [paid(one) for one in done["items"][::2]] == [{bo: 40}, {cy: 40}]
    assert has(shop, bo, cy) == [0, 10]
    assert paid(shop.buy(line(5000), **ours())) == {cy: 10}  # as many as may be
    assert shop.buy(line(5000), **ours())["paid_with_points"] == 0


def test_in_two_steps_each_part_is_held_and_taken_or_freed(shop: Shop, office: Till) -> None:
    family(shop, order="proportional")
    bo = person(shop, 30)
    give(shop.member, 10)
    home(shop, shop.member, bo)
    held = shop.buy(line(5000), hold_seconds=600, **ours(20))
    assert (paid(held), has(shop, shop.member, bo)) == ({shop.member: 5, bo: 15}, [5, 15])
    shop.till.done(f"/purchases/{held['id']}/cancel", {})
    assert has(shop, shop.member, bo) == [10, 30]
    held = shop.buy(line(5000), hold_seconds=600, **ours(20))
    done = shop.till.done(f"/purchases/{held['id']}/complete")
    assert (done["state"], has(shop, shop.member, bo)) == ("complete", [5, 15])
    shop.back(done)
    assert has(shop, shop.member, bo) == [10, 30]
    books_add_up()


def test_who_left_gives_nothing_more_and_gets_their_own_back(shop: Shop) -> None:
    family(shop)
    bo = person(shop, 100)
    home(shop, shop.member, bo)
    done = shop.buy(line(1000), **ours(60))
    shop.till.done(f"/members/{bo}/household/leave")
    assert refused(shop, **ours(10))["available"] == 0
    back = shop.back(done)
    assert (paid(back), has(shop, shop.member, bo)) == ({bo: 60}, [0, 100])


def test_merged_and_parted_again_each_has_what_they_had(shop: Shop, office: Till) -> None:
    family(shop, waits_days=3)
    bo, cy = person(shop, 50), person(shop, 70)
    home(shop, shop.member, bo, cy)
    for member in (shop.member, cy):
        moved_in(member, 10)
    merge = {"survivor": bo, "other": cy, "reason": "one person"}  # one who waits, and one who does not
    merged = office.done("/merges", merge)
    told = {one["member"]: one["available"] for one in account(shop)["members"]}
    assert told == {shop.member: 0, bo: 120}
    done = shop.buy(line(1000), **ours(90))
    assert paid(done) == {bo: 90}
    assert paid(shop.back(done)) == {bo: 90}
    office.done(f"/members/{cy}/unmerge", {"reason": "two"})
    assert [one["member"] for one in account(shop)["members"]] == [shop.member, cy]
    assert ([one["member"] for one in account(shop)["apart"]], has(shop, bo, cy)) == ([bo], [50, 70])
    assert merged
    books_add_up()


def test_who_was_erased_is_out_and_gets_nothing_back(shop: Shop, office: Till) -> None:
    family(shop, order="proportional")
    bo = person(shop, 50)
    give(shop.member, 50)
    home(shop, shop.member, bo)
    done = shop.buy(line(1000), **ours(60))
    office.done(f"/members/{bo}/erase", {"reason": "asked"})
    assert [one["member"] for one in account(shop)["members"]] == [shop.member]
    assert paid(shop.back(done)) == {shop.member: 30, bo: 0}
    assert has(shop, shop.member) == [50]
    books_add_up()


def test_a_part_whose_holder_was_erased_is_not_there_any_more(shop: Shop, office: Till) -> None:
    """What was reserved with it cannot be completed; given up, the others have theirs again."""
    family(shop)
    bo = person(shop, 30)
    give(shop.member, 10)
    home(shop, shop.member, bo)
    mug = {"name": "Mug", "prices": [{"unit": "points", "amount": 20}], "fulfilled_later": True}
    promise(shop.world, "reward", "mug", mug)
    bill = shop.buy(line(5000), hold_seconds=600, **ours(15))
    told = shop.till.done(f"/members/{bo}/redemptions", {"reward": "mug", "from": "family"})
    office.done(f"/members/{bo}/erase", {"reason": "asked"})
    for path, end in ((f"/purchases/{bill['id']}", "complete"), (f"/redemptions/{told['id']}", "fulfil")):
        assert shop.till.post(f"{path}/{end}").json()["code"] == "hold-closed"
        assert shop.till.post(f"{path}/cancel", {"reason": "erased"}).status_code == 200
    assert has(shop, shop.member) == [10]
    books_add_up()


def test_many_relatives_cost_no_more_statements(shop: Shop) -> None:
    family(shop)
    give(shop.member, 5)
    there = home(shop, shop.member, person(shop, 30))
    shop.buy(line(5000), **ours(10))

    def cost() -> int:
        asked = shop.asked(line(5000), **ours(10))
        with counted() as seen:
            shop.till.done("/purchases", asked)
        return len(seen)

    few = cost()
    assert few <= 32
    shop.till.done(f"/households/{there}/members", {"members": [person(shop, 2) for _ in range(6)]})
    assert cost() <= few


def test_terms_of_families_are_read_as_sentences_and_checked(office: Till, shop: Shop) -> None:
    document = {"unit": "points", "most_members": 4, "age_from": 2, "spends_from": 12, "waits_days": 30}
    made = office.done("/programme/terms", {"kind": "family", "code": "home", "document": document})
    assert made["sentence"] == (
        "Points of a household's members can be spent together; by at most 4 of them; from the age of 2; who is younger"
        " than 12 brings points and spends none; from 30 days after moving in; the own first, then those of the others"
        " that end soonest."
    )
    chinese = office.get(f"/programme/terms/{made['id']}", language="zh-hans").json()["sentence"]
    assert chinese.startswith("家庭成员的")
    wrong = office.post("/programme/terms", {"kind": "family", "code": "home", "document": {"unit": "stars"}})
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/document/unit"]
    drafts = [{"kind": "family", "code": "home", "document": document}]
    tried = office.look("/programme/simulations", {"currency": "GBP", "lines": [line(500)], "drafts": drafts})
    assert tried.status_code == 200


def test_bulk_bills_are_paid_by_families_too(shop: Shop) -> None:
    from regulars.api.routes.bills import PurchaseAsked

    asked = PurchaseAsked.model_validate(shop.asked(line(500), effective_at=later(), **ours(5)))
    again = PurchaseAsked.model_validate(asked.model_dump(mode="json", exclude_unset=True, by_alias=True))
    assert again.points[0].whose == "family"


def test_the_page_runs_and_its_sentence_is_the_one_made(shop: Shop, office: Till) -> None:
    names = {
        "merchant": typed("mrc", shop.world.merchant),
        "member": person(shop, 100),
        "child": person(shop, 20, CHILD),
    }
    run_page("families.md", shop, names)
    (home_terms,) = office.get("/programme/terms", kind="family").json()["items"]
    assert f"> {home_terms['sentence']}\n" in (DOCS / "families.md").read_text(encoding="utf-8")


def test_under_a_cap_a_family_pays_all_the_same(shop: Shop) -> None:
    family(shop)
    promise(shop.world, "balance-cap", "points", {"unit": "points", "most": 40})
    promise(shop.world, "earn", "one-for-ten", PER_TEN)
    bo = person(shop, 90)
    give(shop.member, 39)
    home(shop, shop.member, bo)
    done = shop.buy(line(9000), points=[{"unit": "points", "points": 50, "from": "family"}])
    assert paid(done) == {shop.member: 39, bo: 11}
    assert [one["amount"] for one in done["effects"] if one["kind"] == "earn"] == [1]  # by the room of before
    assert has(shop, shop.member, bo) == [1, 79]
