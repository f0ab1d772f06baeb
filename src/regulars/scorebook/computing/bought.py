"""What each member bought of which item on which day, brought up to date from the lakes' new files.

Of each customer and item that a new file names, all days are reckoned anew, since what comes back may be of any day; so
doing it again changes nothing. Which files are in is written in the same transaction.
"""

from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from django.db import connection, transaction

from regulars.history.engine import quoted
from regulars.history.lake import Lake
from regulars.journal.statements import run as asked
from regulars.scorebook import locks
from regulars.scorebook.computing.bringing import LAKE_MEMORY
from regulars.scorebook.computing.desk import Desk
from regulars.scorebook.computing.writing import PIECE, ids_of
from regulars.scorebook.models import Summed

_COLUMNS: Final = ("shown", "item", "category", "brand", "on_day", "times", "quantity", "money")
# What is left of each line after what came back; money goes down with the goods.
_DAYS: Final = """
CREATE OR REPLACE TABLE scorebook_days AS
WITH touched AS (SELECT DISTINCT customer, product FROM lake_lines
    WHERE customer IS NOT NULL AND product IS NOT NULL AND kind <> 'fee' AND {new}),
back AS (SELECT sale_file, sale_line, sum(quantity) AS quantity FROM lake_returns GROUP BY ALL),
left_over AS (SELECT l.customer, l.product, l.category, l.brand, l.sold_at::DATE AS on_day, l.basket,
    coalesce(l.quantity, 1) AS sold, greatest(coalesce(l.quantity, 1) - coalesce(b.quantity, 0), 0) AS quantity,
    l.amount_minor FROM lake_lines l SEMI JOIN touched t ON t.customer = l.customer AND t.product = l.product
    LEFT JOIN back b ON b.sale_file = l.file AND b.sale_line = l.line WHERE l.kind = 'sale')
SELECT customer, product AS item, coalesce(max(category), '') AS category, coalesce(max(brand), '') AS brand, on_day,
    count(DISTINCT basket) FILTER (quantity > 0 OR sold <= 0) AS times, sum(quantity * 1000)::BIGINT AS quantity,
    sum(CASE WHEN sold > 0 THEN round(amount_minor * quantity / sold) ELSE amount_minor END)::BIGINT AS money
FROM left_over GROUP BY customer, product, on_day
"""
_NEW: Final = """
CREATE TEMP TABLE scorebook_sums (shown uuid, item text, category text, brand text, on_day date, times int,
    quantity bigint, money bigint) ON COMMIT DROP
"""
_TAKE: Final = """
INSERT INTO scorebook_bought AS b (organisation, member, shown, item, category, brand, on_day, currency, times,
    quantity, money)
SELECT m.organisation, m.root_id, n.shown, n.item, n.category, n.brand, n.on_day, %(currency)s, n.times, n.quantity,
    n.money
FROM scorebook_sums n JOIN members_member m ON m.id = n.shown
WHERE m.organisation = %(organisation)s AND m.state <> 'erased' AND n.times > 0
ORDER BY n.shown, n.on_day, n.item
ON CONFLICT (shown, on_day, item, currency) DO UPDATE SET member = excluded.member, category = excluded.category,
    brand = excluded.brand, times = excluded.times, quantity = excluded.quantity, money = excluded.money
WHERE (b.member, b.category, b.brand, b.times, b.quantity, b.money)
    IS DISTINCT FROM (excluded.member, excluded.category, excluded.brand, excluded.times, excluded.quantity,
    excluded.money)
"""
_ALL_BACK: Final = (
    "DELETE FROM scorebook_bought b USING scorebook_sums n WHERE n.times = 0 AND b.shown = n.shown"
    " AND b.on_day = n.on_day AND b.item = n.item AND b.currency = %s"
)
# Who was taken out, merged or parted while that was written.
_SINCE: Final = (
    "CREATE TEMP TABLE scorebook_since ON COMMIT DROP AS SELECT m.id, m.root_id, m.state FROM members_member m"
    " WHERE m.id IN (SELECT shown FROM scorebook_sums)"
    " AND EXISTS (SELECT FROM scorebook_bought b WHERE b.shown = m.id AND"
    " (m.state = 'erased' OR b.member <> m.root_id))",
    "DELETE FROM scorebook_bought b USING scorebook_since s WHERE b.shown = s.id AND s.state = 'erased'",
    "UPDATE scorebook_bought b SET member = s.root_id FROM scorebook_since s WHERE b.shown = s.id"
    " AND b.member <> s.root_id",
    "DROP TABLE scorebook_since",
)


def sums(desk: Desk) -> dict[str, Any]:
    """Every currency's lake, each in a transaction of its own."""
    there = sorted(path.parent for path in desk.lakes.glob("*/manifest.json"))
    return {folder.name: _sum(desk, folder) for folder in there}


def _sum(desk: Desk, folder: Path) -> dict[str, int]:
    currency = folder.name
    known = Summed.objects.filter(organisation=desk.organisation, currency=currency).first()
    with Lake(folder, memory=LAKE_MEMORY) as lake:
        files = sorted(entry.number for entry in lake.files())
        anew = known is not None and not set(known.files) <= set(files)  # the lake was put back, or a file forgotten
        before = set() if known is None or anew else set(known.files)
        new = [number for number in files if number not in before]
        if not new and not anew:
            return {"files": 0, "rows": 0}
        lake.lines(desk.engine)
        asked_for = "true" if not before else f"file IN ({', '.join(map(str, new))})"
        desk.engine.connection.execute(_DAYS.format(new=asked_for))
    file = desk.folder / f"bought-{currency}.csv"
    _tell(desk, file)
    desk.look_up("bought")
    rows = _take(desk, currency, file, files, anew=anew)
    file.unlink()
    return {"files": len(new), "rows": rows}


def _tell(desk: Desk, file: Path) -> None:
    asked_for = "SELECT DISTINCT customer FROM scorebook_days WHERE starts_with(customer, 'mbr_')"
    names = [name for (name,) in desk.engine.connection.execute(asked_for).fetchall()]
    desk.keep("scorebook_shown", pa.table({"customer": pa.array(names, pa.string()), "shown": ids_of(names)}))
    columns = ", ".join(_COLUMNS)
    desk.engine.connection.execute(
        f"COPY (SELECT {columns} FROM scorebook_days JOIN scorebook_shown USING (customer))"
        f" TO {quoted(file)} (FORMAT csv, HEADER false, NULLSTR '\\N', QUOTE '\"', ESCAPE '\"')"
    )
    desk.forget("scorebook_days", "scorebook_shown")


@transaction.atomic
def _take(desk: Desk, currency: str, file: Path, files: list[int], *, anew: bool) -> int:
    if anew:
        asked("DELETE FROM scorebook_bought WHERE organisation = %s AND currency = %s", [desk.organisation, currency])
    asked(_NEW)
    into = f"COPY scorebook_sums ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT csv, NULL '\\N')"
    with connection.cursor() as cursor, cursor.copy(into) as copy, file.open("rb") as lines:
        while piece := lines.read(PIECE):
            copy.write(piece)
    asked("ANALYZE scorebook_sums")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"currency": currency, "organisation": desk.organisation})
        rows = cursor.rowcount
    asked(_ALL_BACK, [currency])
    locks.before_swap()
    for statement in _SINCE:
        asked(statement)
    kept = {"files": files}
    Summed.objects.update_or_create(organisation=desk.organisation, currency=currency, defaults=kept)
    return int(rows)
