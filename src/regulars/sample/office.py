"""Files of head office, beside the tills': members, campaigns, survey, complaints."""

import csv
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.sample.people import People
from regulars.sample.shops import Shop

MEMBERS: Final = "members.csv"
CAMPAIGNS: Final = "campaigns.csv"
SURVEY: Final = "survey.csv"
COMPLAINTS: Final = "complaints.csv"
TOWNS: Final = ("Riverside", "Stonebridge", "Northgate")
_PROSPECTS_SHARE: Final = 0.03  # on the list of members, but never bought


def write_members(
    path: Path, people: People, shops: tuple[Shop, ...], first_on: date, random: np.random.Generator
) -> None:
    """The list of card holders, with some at its end who signed up and never bought.

    Town is where they shop; year of birth and sex have nothing to do with what they do.
    """
    count = len(people.card)
    prospects = round(_PROSPECTS_SHARE * count)
    joined = np.datetime64(first_on, "D") + np.floor(people.arrives).astype(np.int64)
    home = np.array([shop.town for shop in shops])[people.home]
    town = np.concatenate((home, random.integers(0, len(TOWNS), prospects)))
    born = np.clip(np.rint(1979 + 15 * random.standard_normal(count + prospects)), 1935, 2007).astype(np.int64)
    sex = np.where(random.random(count + prospects) < 0.58, "F", "M")
    unknown = random.random(count + prospects) < 0.04
    table = pa.table(
        {
            "Card no": [*people.card, *(f"C{900_000 + number:07d}" for number in range(prospects))],
            "Joined on": [*joined.astype(str).tolist(), *[str(first_on)] * prospects],
            "Town": np.array(TOWNS)[town],
            "Birth year": pa.array(born, mask=unknown),
            "Sex": pa.array(sex.tolist(), mask=unknown),
        }
    )
    write_table(path, table)


def write_campaigns(path: Path, campaigns: pa.Table) -> None:
    """Who was assigned and what that cost: what the office knows, not whom it moved."""
    arms = ["offer" if treated else "nothing" for treated in campaigns["treated"].to_pylist()]
    write_table(
        path,
        pa.table(
            {
                "Campaign": campaigns["campaign"],
                "Card no": campaigns["customer"],
                "Group": arms,
                "Sent on": campaigns["sent_on"],
                "Contact cost": _amounts(campaigns["contact_minor"]),
                "Reward cost": _amounts(campaigns["reward_minor"]),
            }
        ),
    )


def write_survey(path: Path, survey: pa.Table) -> None:
    write_table(path, survey.rename_columns(["Card no", "Answered on", *survey.column_names[2:]]))


def write_complaints(path: Path, complaints: pa.Table) -> None:
    answers = ["yes" if content else "no" for content in complaints["content"].to_pylist()]
    table = complaints.set_column(3, "content", pa.array(answers))
    write_table(
        path, table.rename_columns(["Card no", "Complained on", "About", "Content with the answer", "Told how many"])
    )


def _amounts(minor: Any) -> list[str]:
    return [f"{amount // 100}.{amount % 100:02d}" for amount in minor.to_pylist()]


def write_table(path: Path, table: pa.Table) -> None:
    """A CSV as a spreadsheet writes it: quotes where needed only."""
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(table.column_names)
        writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
