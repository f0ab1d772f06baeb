"""Status events: nothing of after a cut-off is looked at, whoever is gone is gone, and the real case is learned."""

import csv
from pathlib import Path

import numpy as np
import pytest

from regulars.history.engine import Engine
from regulars.insight.tables.contract import contract_study, month_name, months_of
from regulars.insight.tables.errors import NoStatusEvents, UnclearLevels
from regulars.insight.tables.moves import Study
from regulars.insight.tables.reading import tables_in
from regulars.insight.tables.study import Asked

AIRLINE = Path(__file__).resolve().parents[4] / "shared" / "data" / "airline_loyalty" / "airline_loyalty.zip"
QUICK = Asked(families=("logistic",))
MONTHS = 18


def history(folder: Path, *, people: int = 500, seed: int = 2, planted: bool = False) -> list[Path]:
    """Members of 2024–25 and their flights by month; who flies seldom cancels more often. `planted`: the last three
    months of each leaver's flights are a thousand, which only somebody who looks ahead can use."""
    chance = np.random.default_rng(seed)
    keen = chance.random(people)
    members, flights = (
        [["member_id", "card", "enrolled_on", "cancelled_on", "salary"]],
        [["member_id", "month", "flights"]],
    )
    for person in range(people):
        leaves = next((m for m in range(1, MONTHS) if chance.random() < 0.09 * (1 - keen[person]) ** 2), None)
        end = "" if leaves is None else f"2024-{leaves + 1:02}-15" if leaves < 12 else f"2025-{leaves - 11:02}-15"
        members.append([f"M{person}", "star" if person % 2 else "gold", "2023-11-05", end, str(person)])
        for month in range(MONTHS):
            if leaves is None or month < leaves:
                count = int(chance.poisson(6 * keen[person]))
            else:
                count = 1000 if planted else 0
            year, of_year = (2024, month + 1) if month < 12 else (2025, month - 11)
            flights.append([f"M{person}", f"{year}-{of_year:02}-01", str(count)])
    for name, table in (("members.csv", members), ("flights.csv", flights)):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(table)
    return [folder / "members.csv", folder / "flights.csv"]


def learned(paths: list[Path], work: Path, asked: Asked = QUICK) -> Study:
    with Engine() as engine:
        tables, _ = tables_in(paths, engine=engine, work=work)
        return contract_study(tables, asked, engine=engine)


def test_who_flies_seldom_is_foretold_to_leave_on_months_never_seen(tmp_path: Path) -> None:
    found = learned(history(tmp_path), tmp_path)
    assert found.cut_offs == ["2024-03", "2024-06", "2024-09", "2024-12", "2025-03"]
    assert found.learned.checked == "later"
    assert found.learned.usable
    assert found.learned.measured["logistic"]["later"].auc > 0.65
    assert {decision.subject for decision in found.decisions if decision.code == "undated"} == {"salary"}
    with (tmp_path / "members.csv").open(encoding="utf-8") as file:
        here = {row["member_id"] for row in csv.DictReader(file) if not row["cancelled_on"]}
    assert set(found.customers.to_pylist()) == here


def test_nothing_of_after_the_cut_off_is_looked_at(tmp_path: Path) -> None:
    """What happens from the month of leaving on, however loud, changes neither a feature nor the model."""
    quiet, loud = tmp_path / "quiet", tmp_path / "loud"
    quiet.mkdir()
    loud.mkdir()
    one, two = learned(history(quiet), quiet), learned(history(loud, planted=True), loud)
    assert one.features.equals(two.features)
    assert one.judged.equals(two.judged)
    assert one.learned.model.to_plain() == two.learned.model.to_plain()


def test_who_came_back_is_here_again(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    events = [["customer", "status", "since"]]
    for person in range(900):
        events.append([f"C{person}", "active", "2023-01-10"])
        for month in range(3, 24):
            if chance.random() < (0.06 if person % 3 else 0.01):
                events.append([f"C{person}", "cancelled", f"{2023 + month // 12}-{month % 12 + 1:02}-10"])
                if person % 2:
                    back = month + 1
                    events.append([f"C{person}", "active", f"{2023 + back // 12}-{back % 12 + 1:02}-20"])
                break
    with (tmp_path / "status.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(events)
    found = learned([tmp_path / "status.csv"], tmp_path)
    assert found.target.leavers == ("cancelled",)
    gone = {row[0] for row in events[1:] if row[1] == "cancelled"}
    again = {row[0] for at, row in enumerate(events[1:], 1) if row[1] == "active" and events[at - 1][1] == "cancelled"}
    assert set(found.customers.to_pylist()) == {f"C{person}" for person in range(900)} - (gone - again)


def test_what_cannot_be_learned_from_is_refused(tmp_path: Path) -> None:
    paths = history(tmp_path, people=30)
    with pytest.raises(NoStatusEvents, match="status"):
        learned(paths[1:], tmp_path)
    with pytest.raises(NoStatusEvents, match="--observe"):
        months_of(0, 7, observe=3, outcome=3)
    (tmp_path / "odd.csv").write_text("customer,status,since\na,red,2024-01-01\nb,blue,2024-05-01\n", encoding="utf-8")
    with pytest.raises(UnclearLevels, match="'red'"):
        learned([tmp_path / "odd.csv"], tmp_path)


@pytest.mark.slow
def test_the_airline_as_it_came(tmp_path: Path) -> None:
    if not AIRLINE.exists():
        pytest.skip(f"the real files are not here: {AIRLINE}")
    found = learned([AIRLINE], tmp_path)
    assert found.cut_offs[-1] == "2018-09"
    assert found.learned.checked == "later"
    assert len(found.customers) == 16737 - 2067
    assert month_name(2018 * 12 + 11) == "2018-12"
    assert found.learned.measured["logistic"]["later"].auc > 0.6
