"""Scenarios as people drive them: pages of the console and of the members in a real browser, one site for all."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker
from tests.browsing import aside
from tests.scenarios.doing import arms, begun, code_on, number_in, planned, reckoned
from tests.scenarios.site import Site, served, usual

from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.outreach.sending import tell_late_bills

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), served() as one:
        yield one


def test_s01_classes_have_editable_cut_offs_a_treatment_each_and_a_flow_picture(site: Site) -> None:
    with site.at_desk("marketer") as page:
        page.goto("/know/classes")
        page.locator("summary", has_text="Change where they begin").click()
        page.get_by_label("Classes begin at").select_option("amount")
        page.get_by_label("Important from").fill("500")
        page.get_by_label("VIP from").fill("2000")
        page.get_by_role("button", name="Keep as a new version").click()
        cuts = page.locator("section[aria-labelledby=cuts]")
        expect(cuts).to_contain_text("Important from £500 spent in a year, VIP from £2,000. Version 1.")
        expect(cuts.locator("tbody tr")).to_contain_text("Marketer")
        page.locator("summary", has_text="Say what each class gets").click()
        for about, text in (("offer", "Champagne"), ("channel", "By phone"), ("owner", "Ms Lin")):
            page.locator(f"[name=vip-{about}]").fill(text)
        page.locator("form[action$=treatments] button.first").click()
        vips = page.locator("section[aria-labelledby=who] tbody tr").filter(has=page.get_by_role("link", name="VIP"))
        expect(vips).to_contain_text("ChampagneBy phoneMs Lin")
        page.locator("svg.flow").get_by_role("link", name="Important → VIP: 1").focus()
        page.keyboard.press("Enter")
        expect(page.locator("tbody tr")).to_contain_text("Ada Wong")


def test_s05_a_list_with_offers_is_made_each_fortnight_and_its_code_or_the_card_redeems_them_at_the_till(
    site: Site,
) -> None:
    zhou = site.town.members[1]
    with site.at_home(zhou) as page:
        page.goto("/my/offers")
        due = page.locator("li", has_text="Coffee beans")
        expect(due).to_contain_text("around 4 Jun 2026")
        expect(page.locator("li", has_text="Oat milk")).to_contain_text("you may like it")
    with site.at_desk("marketer") as page:
        planned(
            page, "Fortnight", "On the list", holdout="0", email="Your list (1)", repeat_days="14", repeat_times="25",
            makes_list="yes", list_spend="25.00", list_lines="why,coupon\ndue|with,from-list",
        )  # fmt: skip
        site.worker()
        begun(site, page, "fortnight")
        page.goto("/reach/campaigns?state=planned")
        expect(page.locator("tbody")).to_contain_text("Fortnight")  # the next one
    with site.at_home(zhou) as page:
        page.goto("/my/offers")
        expect(page.locator("li", has_text="Coffee beans")).to_contain_text("\u221220 %")
        expect(page.locator(".bars svg path")).to_be_visible()
        listed = page.locator(".bars code").inner_text()
        page.goto("/my/")
        expect(page.get_by_role("link", name="Your list")).to_contain_text("2 offers come off by themselves")
        shown = page.locator(".qr svg path").last.get_attribute("d")
    code = aside(lambda: code_on(zhou, str(shown)))
    with site.at_desk("clerk") as page:
        page.goto("/counter")
        page.get_by_label("Who stands before you").fill(code)  # what a scanner reads
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("周")
        expect(page.locator("section[aria-labelledby=listed] li", has_text="Coffee beans")).to_contain_text("−20 %")
        reckoned(page, "coffee beans", "12.50", due="£10.00")
        expect(page.locator("[role=status]").first).to_contain_text("−£2.50")
        page.get_by_role("button", name="Paid: book it").click()
        expect(page.locator("h1")).to_contain_text("£10.00")
        page.goto("/counter")
        page.get_by_label("Who stands before you").fill(listed)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("周")
    alone = {
        "source": "till", "external_id": "l-1", "merchant": typed("mrc", site.town.merchant), "currency": "GBP",
        "coupons": [listed], "lines": [{"item": "oat milk", "amount": 500}, {"item": "coffee beans", "amount": 1250}],
    }  # fmt: skip
    open_list = aside(lambda: site.till.get(f"/members/{typed('mbr', zhou)}/list").json()["list"])
    assert (open_list["code"], open_list["items"][0]["offer"]["taken"]) == (listed, True)
    sold = aside(lambda: site.till.done("/purchases", alone))
    assert (sold["member"], sold["due"]) == (typed("mbr", zhou), 1650)  # the coffee's offer was good once
    with site.at_home(zhou) as page:
        page.goto("/my/history")
        expect(page.locator("ol.list")).to_contain_text("£10.00")
        expect(page.locator("ol.list")).to_contain_text("£16.50")
        page.goto("/my/offers")
        expect(page.locator("li", has_text="Oat milk")).to_contain_text("taken")
    with site.at_desk("marketer") as page:
        page.goto(f"/reach/templates/code/list/as/{site.member(1)}?channel=email&version=1")
        expect(page.locator("body")).to_contain_text("Your list:")
        assert page.locator("td[bgcolor='#000000']").count() == 3 * (len(listed) + 3) + 1


def test_s08_the_curve_is_shown_and_a_cut_of_it_becomes_an_audience_of_the_same_members(site: Site) -> None:
    with site.at_desk("marketer") as page:
        page.goto("/know/concentration")
        expect(page.locator("#curve")).to_have_text("The best 2.5% bring 20% of the sales, the best fifth 60%.")
        line = page.locator("svg.lorenz polyline")
        expect(line).to_have_attribute("points", re.compile(r"^\S+ \S+ \S+$"))
        page.get_by_label("Another cut, %").fill("50")
        page.get_by_role("button", name="Show them").click()
        expect(page.locator("main")).to_contain_text("3 members, as of")
        page.get_by_role("button", name="Make it an audience").click()
        count = page.locator("#count a.fact", has_text="In it now")
        expect(count.locator("strong")).to_have_text("3")
        count.click()
        rows = page.locator("tbody[data-rows] tr")
        expect(rows).to_have_count(3)
        assert {"Ada Wong", "Bram de Vries"} < set(page.locator("tbody[data-rows] .row-link").all_inner_texts())


def test_s11_stages_have_strategies_and_reasons_lie_in_four_boxes_with_a_list_each(site: Site) -> None:
    with site.at_desk("marketer") as page:
        page.goto("/know/life-cycle")
        page.locator("summary", has_text="Write the strategies").click()
        page.locator("form[action$=stages] [name=decline]").fill("A call by the owner")
        page.locator("form[action$=stages] button.first").click()
        stages = page.locator("section[aria-labelledby=where] tbody tr")
        expect(stages.filter(has_text="In decline")).to_contain_text("A call by the owner")
        page.locator("summary", has_text="Say what is in your hands").click()
        for reason, ours in (("returns", "90"), ("breadth", "80"), ("silent", "20"), ("slowing", "10")):
            page.locator(f"form[action$=reasons] [name={reason}]").fill(ours)
        page.locator("form[action$=reasons] button.first").click()
        for box, reason, members in (
            ("Rescue", "Brought goods back", 4),
            ("Improve", "Buys few products", 1),
            ("Respond", "Stays away, nothing else is known", 3),
            ("Let go", "Comes less often, nothing else is known", 1),
        ):
            page.goto("/know/life-cycle")
            one = page.get_by_label(box, exact=True).locator("li", has_text=reason)
            expect(one).to_contain_text(str(members))
            one.get_by_role("link").click()
            expect(page.locator("tbody[data-rows] tr")).to_have_count(members)


def test_s22_a_late_bill_takes_the_points_and_an_appeal_brings_them_back_for_all_to_see(site: Site) -> None:
    bram = site.town.members[2]
    happened = {"source": "billing", "member": typed("mbr", bram)}

    def told(name: str) -> Any:
        return aside(lambda: site.till.done("/activities", {**happened, "external_id": name, "name": name}))

    told("month-paid")
    with site.at_home(bram) as home, site.at_desk("support") as desk:
        points = home.locator(".big").first
        home.goto("/my/points")
        expect(points).to_have_text("12")
        told("bill-late")
        home.goto("/my/points")
        expect(points).to_have_text("0")
        aside(lambda: tell_late_bills(actor=Actor.job("messages.late_bills"), at=datetime.now(UTC)))
        home.get_by_role("link", name="How it came about").click()
        expect(home.locator("ol.list li").first).to_contain_text("Taken, as the terms say. If it is wrong, tell us.")
        expect(home.locator("ol.list li").first).to_contain_text("−12 Points")
        home.goto("/my/")
        home.get_by_role("link", name="12 Points were taken from you").click()
        home.get_by_role("button", name="Ask for them back").click()
        expect(home.locator("main")).to_contain_text("Somebody is looking at it")
        desk.goto(f"/members/{site.member(2)}?kind=points")
        expect(desk.locator(".time li").first).to_contain_text("Taken, as the terms say: late-bill")
        expect(desk.locator("a.fact strong").first).to_have_text("0")
        expect(desk.locator("section[aria-labelledby=taken]")).to_contain_text("asked back")
        desk.goto("/")
        desk.get_by_role("link", name="1 member asks back what was taken").click()
        desk.get_by_role("button", name="Give it back").click()
        expect(desk.locator(".toast")).to_contain_text("Given back, with the dates it had.")
        home.goto("/my/points")
        expect(points).to_have_text("12")
        expect(home.locator("main")).to_contain_text("They were given back to you.")
        desk.goto(f"/members/{site.member(2)}?kind=points")
        expect(desk.locator(".time li").first).to_contain_text("Taken back")
        expect(desk.locator("a.fact strong").first).to_have_text("12")
        desk.goto(f"/members/{site.member(2)}?kind=messages")
        expect(desk.locator(".time li").first).to_contain_text("Message by email: late-bill-notice")


def test_s23_value_is_loaded_and_spent_and_a_new_card_carries_it_over(site: Site) -> None:
    here = site.member(3)
    with site.at_home(site.town.members[3]) as page:
        page.goto("/my/")
        old = page.locator(".plate .number").inner_text()
    with site.at_desk("clerk") as page:
        page.goto(f"/counter/{here}")
        page.locator("summary", has_text="Load stored value").click()
        page.get_by_label("How much").fill("50")
        page.get_by_role("button", name="Load it").click()
        expect(page.locator(".toast")).to_contain_text("£50.00 loaded.")
        page.get_by_label("Pay with stored value as far as it goes").check()
        reckoned(page, "Soup", "12.00", due="£0.00")
        page.get_by_role("button", name="Paid: book it").click()
        expect(page.locator(".toast")).to_contain_text("Booked")
        page.goto(f"/members/{here}")
        page.locator("summary", has_text="Replace it").click()
        page.get_by_label("Why").select_option("lost")
        page.get_by_role("button", name="Replace it").click()
        expect(page.locator(".tag.bad", has_text="lost")).to_be_visible()
        page.goto("/counter")
        page.get_by_label("Who stands before you").fill(old.replace(" ", ""))
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("Refused:")
    with site.at_home(site.town.members[3]) as page:
        page.goto("/my/")
        expect(page.locator(".plate .number")).not_to_have_text(old)
        expect(page.locator(".fact", has_text="Gift card").locator("strong")).to_contain_text("38.00")
        page.goto("/my/history")
        expect(page.locator("ol.list")).to_contain_text("Loaded")
        expect(page.locator("ol.list")).to_contain_text("Soup")


def test_s24_direct_members_have_the_low_price_and_an_agents_guest_has_not(site: Site) -> None:
    with site.at_desk("clerk") as page:
        page.goto(f"/counter/{site.member(2)}")
        reckoned(page, "night", "100.00", due="£92.00")
        expect(page.locator("[role=status]").first).to_contain_text("Member rate")
    night = {
        "source": "agent", "external_id": "a-1", "merchant": typed("mrc", site.town.merchant), "currency": "GBP",
        "member": site.member(2), "channel": "agent", "lines": [{"item": "night", "amount": 10_000}],
    }  # fmt: skip
    sold = aside(lambda: site.till.done("/purchases", night))
    own = aside(lambda: site.till.done("/purchases", {**night, "external_id": "a-2", "channel": "phone"}))
    assert own["due"] == 9_200
    with site.at_desk("administrator") as page:
        page.goto(f"/sales/{sold['id']}")
        expect(page.locator("h1")).to_contain_text("£100.00")
    with site.at_desk("marketer") as page:
        page.goto("/prove")
        months = page.locator("#direct tbody tr")
        expect(months.filter(has_text="agent").first).to_contain_text("£15.00")
        expect(months.filter(has_text="phone")).to_contain_text("£13.80")  # of £92.00, which the agent would have taken
        months.filter(has_text="phone").get_by_role("link").click()
        expect(page.locator("tbody[data-rows] tr")).to_contain_text("£92.00")


def test_s27_a_cell_by_need_is_sent_its_statement_with_a_voucher_each_quarter(site: Site) -> None:
    ada = site.town.members[0]
    with site.at_desk("marketer") as page:
        page.goto("/audiences/new")
        page.get_by_label("In the last so many days").fill("90")
        page.get_by_label("Another condition").select_option("tag")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_label("Has one of")).to_be_focused()
        page.keyboard.type("wine")
        expect(page.locator("#said .big")).to_have_text("1 member, now")
        page.get_by_label("Name of the audience").fill("Wine lovers")
        page.get_by_role("button", name="Keep it").click()
        expect(page.locator("h1")).to_have_text("Wine lovers")
        planned(
            page, "Quarter", "Wine lovers", cells="class,need,coupon\nvip|important,,voucher",
            email="Statement (1)", holdout="0", statement_unit="Points", repeat_months="3", repeat_times="3",
        )  # fmt: skip
        site.worker()
        begun(site, page, "quarter")
        page.goto("/reach/campaigns?state=planned")
        expect(page.locator("tbody")).to_contain_text("Quarter")  # the next one, approved with the first
        expect(page.locator("tbody")).to_contain_text("Approved")
        page.goto("/reach/campaigns/code/quarter")
        expect(page.locator("dl.pairs")).to_contain_text("by a table with 1 cell a statement of points")
        expect(page.locator("dl.pairs")).to_contain_text("every 3 months, 3 times more")
    with site.at_home(ada) as page:
        page.goto("/my/offers")
        voucher = page.locator("li", has_text="Voucher of the quarter")
        expect(voucher).to_be_visible()
        code = voucher.locator("code").inner_text()
    with site.at_desk("administrator") as page:
        page.goto(f"/reach/templates/code/statement/as/{site.member(0)}?channel=email&version=1")
        expect(page.locator("body")).to_contain_text(re.compile(r"Dear Ada, you have \d+ points\."))
        expect(page.locator("body")).to_contain_text(code)


def test_s29_a_gold_card_is_proved_against_a_control_group_from_the_first_day(site: Site) -> None:
    with site.at_desk("marketer") as page:
        planned(page, "Gold", "Gold members", mark="yes", holdout="40", window_days="730")
        site.worker()
        begun(site, page, "gold")
        drawn = arms(site, "gold")
        assert min(map(len, drawn.values())) > 3
        page.goto("/reach/campaigns/code/gold/members?arm=holdout")
        without = page.locator("tbody .row-link")
        assert {number_in(one) for one in without.all()} == drawn["holdout"]
        coming = [(one, usual(n)) for n, one in enumerate(site.crowds["gold"])]
        site.days_later(120, [*coming, *((one, 9_000) for one in drawn["treated"])])
        page.goto("/prove")
        row = page.locator("tr", has=page.get_by_role("link", name="Gold", exact=True))
        expect(row).to_contain_text("works")
        expect(row).to_contain_text("still open")
        cost = sum(usual(n) // 10 for n, one in enumerate(site.crowds["gold"]) if one in drawn["treated"])
        cost += 900 * len(drawn["treated"])
        expect(row.locator("td").last).to_have_text(f"£{cost / 100:,.2f}")
        row.get_by_role("link", name="Gold", exact=True).click()
        expect(page.get_by_text("Promotions for those it marked")).to_be_visible()
        margin = page.locator("tr", has=page.get_by_role("cell", name="margin", exact=True))
        expect(margin.locator("strong")).to_contain_text("£")
    with site.at_desk("clerk") as page:
        for arm, due in (("treated", "£90.00"), ("holdout", "£100.00")):
            page.goto(f"/counter/{typed('mbr', min(drawn[arm]))}")
            reckoned(page, "Coat", "100.00", due=due)


def test_s30_coupons_of_quiet_days_keep_to_their_budget_and_say_what_they_brought(site: Site) -> None:
    with site.at_desk("marketer") as page:
        planned(
            page, "Quiet days", "Guests of quiet days", series="Quiet days", holdout="40", window_days="14",
            budget="20.00",
        )  # fmt: skip
        site.worker()
        page.reload()
        expect(page.locator("#count")).to_contain_text("more than its budget")
        page.get_by_role("button", name="Ask for approval").click()
        expect(page.locator("[role=alert], .toast").first).to_contain_text("budget")
        page.goto("/reach/campaigns/code/quiet-days/edit")
        page.get_by_label("Budget, at most").fill("300")
        page.get_by_role("button", name="Keep it and try it out").click()
        expect(page.locator("h1")).to_have_text("Quiet days")
        site.worker()
        begun(site, page, "quiet-days")
        drawn = arms(site, "quiet-days")
        one = typed("mbr", min(drawn["treated"]))
        with site.at_desk("clerk") as desk:
            desk.goto(f"/counter/{one}")
            desk.get_by_label("Quiet days").check()
            reckoned(desk, "Dinner", "30.00", due="£25.00")
            desk.get_by_role("button", name="Paid: book it").click()
            expect(desk.locator(".toast")).to_contain_text("Booked")
            desk.goto(f"/counter/{one}")
            expect(desk.get_by_label("Quiet days")).to_have_count(0)  # good once
            desk.goto(f"/counter/{site.member(2)}")
            desk.get_by_label("Other days").check()
            reckoned(desk, "Dinner", "30.00", due="£30.00")
            expect(desk.locator("#bill .warn")).to_contain_text("Other days:")
        coming = [(guest, usual(n)) for n, guest in enumerate(site.crowds["quiet"])]
        site.days_later(15, [*coming, *((guest, 6_000) for guest in drawn["treated"])])
        page.goto("/reach/campaigns/code/quiet-days")
        expect(page.locator("section.next")).to_contain_text("works")
        given = len(drawn["treated"])
        expect(page.locator("section.next")).to_contain_text(f"Coupons: {given} given, 1 redeemed, £5.00 taken off")


def test_s41_the_next_step_with_its_reason_stands_beside_the_history_and_whom_to_call_each_morning(site: Site) -> None:
    with site.at_desk("support") as page:
        page.goto("/")
        calls = page.locator("section[aria-labelledby=call]")
        expect(calls).to_contain_text("a year at risk")
        likely = page.locator("section[aria-labelledby=likely]")
        expect(likely).to_contain_text("needs Coffee beans about 4 Jun 2026")
        likely.get_by_role("link", name="周").click()
        step = page.locator("section[aria-labelledby=next-step]")
        expect(step).to_contain_text("Coffee beans, because they need it again about 4 Jun 2026")
        expect(page.locator("section[aria-labelledby=happened] ol")).to_contain_text("Became a member")
        step.get_by_role("button", name="Done").click()
        expect(step).to_contain_text("Oat milk, because")
        expect(step).to_contain_text("by Support")


def test_s68_a_note_of_sizes_and_likes_is_there_for_the_next_colleague(site: Site) -> None:
    here = f"/members/{site.member(0)}"
    with site.at_desk("clerk") as page:
        page.goto(here)
        page.locator("summary", has_text="Note").click()
        page.locator("textarea[name=text]").fill("Size 38, likes green, no wool.")
        page.get_by_role("button", name="Keep the note").click()
        expect(page.locator(".toast")).to_be_visible()
    with site.at_desk("support") as page:
        page.goto(f"{here}?kind=notes")
        expect(page.locator(".time li").first).to_contain_text("Size 38, likes green, no wool.")
        expect(page.locator(".time li").first).to_contain_text("Clerk")
