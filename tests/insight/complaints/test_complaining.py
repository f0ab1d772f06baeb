"""Complaints counted by hand: what followed, against like customers, and the money at risk."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.insight.complaints import ComplaintsFound, complaints_of
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.sentences.complaints import told
from regulars.insight.report.words import Words
from regulars.insight.settings import WrongSetting
from regulars.insight.survey import WrongSurvey

CUT_OFF = date(2025, 12, 31)
ON = date(2025, 7, 1)
WINDOW = 90
Row = tuple[str, date, int]


def every_ten_days(name: str, until: date = CUT_OFF, *, after_minor: int = 1000) -> list[Row]:
    """A visit each ten days for 1000, the complaint's day among them; from the day after for `after_minor`."""
    days = [ON + timedelta(days=10 * step) for step in range(-18, 19)]
    return [(name, day, 1000 if day <= ON else after_minor) for day in days if day <= until]


def found_in(complaints: dict[str, Any], rows: list[Row], **options: Any) -> ComplaintsFound:
    customer, sold_at, amount = zip(*rows, strict=True)
    lines = pa.table({"customer": customer, "sold_at": sold_at, "amount_minor": amount})
    with Engine() as engine:
        sold = engine.register("sold", lines)
        return complaints_of(pa.table(complaints), sold, engine, CUT_OFF, window_days=WINDOW, **options)


def published() -> tuple[dict[str, Any], list[Row]]:
    """As told of soft-drink buyers: of 60 discontent a third stop and 45 % buy less; of 60 content 10 % buy more."""
    rows = [row for n in range(40) for row in every_ten_days(f"like{n}")]
    names, content, told = [], [], []
    for n in range(60):
        end, after = (ON, 1000) if n < 20 else (CUT_OFF, 500) if n < 47 else (CUT_OFF, 1000)
        rows += every_ten_days(f"sad{n}", end, after_minor=after)
        names.append(f"sad{n}")
        content.append("no")
        told.append(25 if n < 9 else 9)
    for n in range(60):
        rows += every_ten_days(f"glad{n}", after_minor=1500 if n < 6 else 1000)
        names.append(f"glad{n}")
        content.append("yes")
        told.append(4 if n % 2 else 5)
    table = {"Card no": names, "Complained on": [ON] * 120, "Content with the answer": content, "Told how many": told}
    return table, rows


def test_published_shares_are_found_again() -> None:
    found = found_in(*published())
    sad, glad = found.groups["discontent"], found.groups["content"]
    assert (sad.followed, glad.followed, found.after_days) == (60, 60, 90)
    assert sad.stopped is not None
    assert sad.less is not None
    assert sad.told_20 is not None
    assert sad.told is not None
    assert glad.more is not None
    assert glad.told is not None
    assert [sad.stopped.value, sad.less.value] == pytest.approx([1 / 3, 0.45])
    assert [sad.told_20.value, sad.told.value] == pytest.approx([0.15, 11.4])
    assert [glad.more.value, glad.told.value] == pytest.approx([0.10, 4.5])
    # Like customers go on as before, so all of it is due to the complaint.
    assert sad.stopped_more is not None
    assert sad.stopped_more.value == pytest.approx(1 / 3)
    assert sad.stopped_more.low > 0.2
    assert sad.stop_used == pytest.approx(1 / 3)
    assert (sad.stop_source, sad.told_source) == ("own", "own")
    assert glad.stop_used == 0.0


def test_money_at_risk_by_hand() -> None:
    found = found_in(*published(), lost_per_told=0.02)
    worth = 19 * 1000  # visits up to and with the day of the complaint, all within a year
    assert found.mean_value_minor == worth
    assert found.own_minor == pytest.approx(60 * worth / 3, abs=1)
    assert 0 < found.own_low_minor < found.own_minor < found.own_high_minor
    assert found.told_minor == pytest.approx((9 * 25 + 51 * 9 + 60 * 4.5) * 0.02 * worth, abs=1)
    assert found.at_risk_minor == pytest.approx(found.own_minor + found.told_minor, abs=1)


def test_few_own_cases_borrow_and_say_so() -> None:
    rows = [row for n in range(10) for row in every_ten_days(f"like{n}")] + every_ten_days("sad")
    found = found_in({"customer": ["sad"], "date": [ON], "content": ["no"]}, rows, lost_per_told=0.0)
    sad = found.groups["discontent"]
    assert (sad.stop_source, sad.told_source) == ("borrowed", "borrowed")
    assert [sad.stop_used, sad.told_used] == pytest.approx([1 / 3, 9.5])
    assert found.own_minor == round(19_000 / 3)


def test_open_complaints_stand_first_by_money() -> None:
    rows = every_ten_days("small") + every_ten_days("great") + [("great", ON, 90_000)] + every_ten_days("done")
    table = {
        "customer": ["small", "great", "done", "stranger"],
        "date": [ON] * 4,
        "content": [None, None, "yes", None],
        "about": ["queue", "price", "price", "price"],
    }
    found = found_in(table, rows)
    assert (found.queue_basis, found.unlinked) == ("open", 1)
    assert found.queue["customer"].to_pylist() == ["great", "small"]
    assert found.queue["rank"].to_pylist() == [1, 2]
    money = found.queue["at_risk_minor"].to_pylist()
    assert money == [
        a + b for a, b in zip(*(found.queue[n].to_pylist() for n in ("own_minor", "told_minor")), strict=True)
    ]


def test_a_complaint_after_the_cut_off_is_not_known_yet() -> None:
    rows = every_ten_days("a") + every_ten_days("b")
    found = found_in({"customer": ["a", "b"], "date": [ON, CUT_OFF + timedelta(days=1)], "content": ["no", "no"]}, rows)
    assert found.complaints == 1


def test_worth_is_the_expected_one_where_it_is_known() -> None:
    rows = every_ten_days("a") + every_ten_days("b")
    with Engine() as engine:
        customer, sold_at, amount = zip(*rows, strict=True)
        sold = engine.register("sold", pa.table({"customer": customer, "sold_at": sold_at, "amount_minor": amount}))
        clv = engine.register("clv", pa.table({"customer": ["a"], "clv_minor": [30_000]}))
        table = pa.table({"customer": ["a"], "date": [ON], "content": ["no"]})
        found = complaints_of(table, sold, engine, CUT_OFF, clv=clv, lost_per_told=0.0)
    assert (found.value_basis, found.own_minor) == ("clv", 10_000)


@pytest.mark.parametrize("columns", [{"customer": ["a"]}, {"date": [ON]}])
def test_without_customer_or_day_it_is_refused(columns: dict[str, Any]) -> None:
    with pytest.raises(WrongSurvey):
        found_in(columns, every_ten_days("a"))


def test_a_share_lost_of_more_than_all_is_refused() -> None:
    with pytest.raises(WrongSetting):
        found_in({"customer": ["a"], "date": [ON]}, every_ten_days("a"), lost_per_told=1.5)


def test_a_file_from_disk_in_chinese(tmp_path: Path) -> None:
    file = tmp_path / "投诉.csv"
    file.write_bytes(
        "会员卡号,投诉日期,投诉内容,是否满意,告诉几人\na,2025-07-01,排队,否,12\nb,2025-07-02,价格,是,3\n".encode(
            "gb18030"
        )
    )
    rows = every_ten_days("a") + every_ten_days("b")
    customer, sold_at, amount = zip(*rows, strict=True)
    with Engine() as engine:
        sold = engine.register("sold", pa.table({"customer": customer, "sold_at": sold_at, "amount_minor": amount}))
        found = complaints_of(file, sold, engine, CUT_OFF, work=tmp_path)
    assert (found.complaints, found.customers) == (2, 2)
    assert {name: group.complaints for name, group in found.groups.items()} == {"content": 1, "discontent": 1}


def test_what_of_the_file_counts_for_nothing_is_said() -> None:
    given = {
        "Card no": ["ada", "ada", "nobody", "ada", "ada"],
        "Complained on": [str(ON), str(ON), str(ON), "2031-01-01", "soon"],
        "Told how many": [-3, -3, 2, 1, 1],
    }
    found = found_in(given, every_ten_days("ada"))
    assert (found.complaints, found.unlinked) == (2, 1)
    assert found.left_out == {"no-day": 1, "after-cut-off": 1, "repeated": 1}
    assert found.told_minor >= 0
    words = Words("en", Numbers("en", "XXX", 2))
    said = " ".join(sentence.plain for sentence in told(found, words).says)
    for part in ("1 complaint is of nobody", "no day that can be read", "later than the last sale", "repeats another"):
        assert part in said


def test_sales_are_no_complaints() -> None:
    sales = {"customer": ["ada"], "date": [ON], "category": ["Tea"], "amount": [3.5]}
    with pytest.raises(WrongSurvey, match="complaints"):
        found_in(sales, every_ten_days("ada"))
