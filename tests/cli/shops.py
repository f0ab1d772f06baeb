"""Small till files for tests of the commands."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

PRODUCTS = {"coffee": 6.5, "oat milk": 2.2, "bread": 3.1, "cheese": 5.4, "apples": 2.9}


def write_sales(path: Path, *, first: date = date(2025, 1, 1), days: int = 360, people: int = 60, seed: int = 3) -> int:
    """A till file of people with rhythms of their own; a third of them stop half way. Gives back the rows written."""
    chance = random.Random(seed)
    rows: list[list[object]] = []
    for person in range(people):
        every = chance.choice([5, 7, 12, 20])
        day, end = chance.randrange(every), days if person % 3 else days // 2
        while day < end:
            for product in chance.sample(sorted(PRODUCTS), k=chance.randint(1, 3)):
                paid = f"{PRODUCTS[product]:.2f}"
                rows.append([f"C{person:04}", first + timedelta(days=day), f"R{person}-{day}", product, 1, paid])
            day += max(1, round(chance.gauss(every, every / 6)))
    rows.sort(key=lambda row: (str(row[1]), str(row[2])))
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["card", "date", "receipt", "product", "quantity", "amount"])
        writer.writerows(rows)
    return len(rows)
