"""From raw columns to judged purchase lines: every row is kept or refused with its reason, none is lost."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from regulars.basics.progress import Progress, silent
from regulars.history import judging, survey
from regulars.history.baskets import stage_baskets
from regulars.history.drafts import Draft, rewrite, write_draft
from regulars.history.engine import Engine, quoted
from regulars.history.evidence import text_of
from regulars.history.fees import OTHER_SHORT_CODES, SHORT_CODES, named_like_a_fee
from regulars.history.finding import listed
from regulars.history.moves import FileMapping, RawTable, Shape, Staged
from regulars.history.parts import MONTH, MONTHS_AT_ONCE
from regulars.history.probe import column_types, drop_sample, sample_name, take_sample
from regulars.history.refusals import NothingKept
from regulars.history.refused import write_refused


def stage(
    raw: RawTable,
    shape: Shape,
    mapping: FileMapping,
    *,
    engine: Engine,
    work: Path,
    progress: Progress = silent,
    number: int | None = None,
) -> Staged:
    """Judges every row of the file; lines and refusals are written to Parquet files in `work`.

    With the `number` that a lake will give the file, sales are written by month, ready for that lake.
    The table is read once when every row is good, twice when some are refused. Rows read = kept + refused.
    """
    stem = work / f"{raw.sha256[:16]}-{sample_name(raw)[7:15]}"
    lines, refused = stem.with_suffix(".lines.parquet"), stem.with_suffix(".refused.parquet")
    work.mkdir(parents=True, exist_ok=True)
    try:
        if shape is Shape.BASKETS:
            return stage_baskets(raw, mapping, engine=engine, lines=lines, refused=refused)
        return _stage_sales(raw, mapping, engine, lines, refused, progress, number)
    finally:
        drop_sample(raw, engine, even_if_dear=True)


def _stage_sales(
    raw: RawTable,
    mapping: FileMapping,
    engine: Engine,
    lines: Path,
    refused: Path,
    progress: Progress,
    number: int | None,
) -> Staged:
    progress(f"reading {raw.name}", 0, raw.rows)
    plan = _plan(raw, mapping, engine)
    if number is not None and _months(plan, engine) > MONTHS_AT_ONCE:
        number = None  # the lake will write them, some months at a time
    draft = write_draft(f"SELECT * FROM ({judging.judged(plan)}) WHERE reason IS NULL", lines, engine, number=number)
    progress(f"looking over {raw.name}", raw.rows, raw.rows)
    late = survey.second_thoughts(draft, plan, engine)
    draft = _finished(draft, late, engine, once=mapping.amount_is == "receipt")
    facts = survey.facts_of(draft.source, engine)
    counts = write_refused(raw, plan, engine, refused, late=late.refused, kept=facts["kept"])
    engine.connection.execute(f"DROP TABLE IF EXISTS {survey.LATE}")
    if not facts["kept"]:
        # Kept in the lake, it would pass for read, and a better mapping could not read it again.
        raise NothingKept(raw.name, raw.rows + raw.refused_rows, counts, _examples(refused, engine))
    return Staged(
        name=raw.name,
        sha256=raw.sha256,
        size_bytes=raw.size_bytes,
        shape=Shape.SALES,
        rows_read=raw.rows + raw.refused_rows,
        rows_kept=facts["kept"],
        lines=lines,
        refused=refused,
        refused_by_reason=counts,
        notes={name: facts[column] for name, column in survey.NOTES.items() if facts[column]},
        mapping=mapping,
        has_time=bool(facts["has_time"]),
        has_receipt=bool(facts["has_receipt"]),
        first_on=str(facts["first_on"] or ""),
        last_on=str(facts["last_on"] or ""),
        parts=draft.parts,
        number=draft.number,
    )


def _finished(draft: Draft, late: survey.SecondThoughts, engine: Engine, *, once: bool) -> Draft:
    """Takes late refusals out and names late fees; a receipt's total counts `once`, on its first line of goods."""
    if not late.refused and not late.fees and not once:
        return draft
    kind = "kind"
    if late.fees:
        names = judging.text_list(late.fees)
        kind = f"CASE WHEN lower(coalesce(product_name, product)) IN {names} THEN 'fee' ELSE kind END"
    gone = f"WHERE line NOT IN (SELECT line FROM {survey.LATE})" if late.refused else ""
    kept = f"SELECT * REPLACE ({kind} AS kind) FROM {draft.source} {gone}"
    if once:
        place = "row_number() OVER (PARTITION BY basket, amount_minor ORDER BY kind = 'fee', line)"
        amount = f"CASE WHEN {place} = 1 THEN amount_minor ELSE 0 END"
        kept = f"SELECT * REPLACE ({amount} AS amount_minor) FROM ({kept}){'' if draft.parts else ' ORDER BY line'}"
    return rewrite(draft, kept, engine)


def _months(plan: judging.Plan, engine: Engine) -> int:
    """How many months the sample has lines of."""
    sample = replace(plan, raw=replace(plan.raw, query=f"SELECT * FROM {take_sample(plan.raw, engine)}"))
    row: Any = engine.connection.execute(
        f"SELECT count(DISTINCT {MONTH}) FROM ({judging.judged(sample)}) WHERE reason IS NULL"
    ).fetchone()
    return int(row[0])


def _plan(raw: RawTable, mapping: FileMapping, engine: Engine) -> judging.Plan:
    """Looks once more at the sample: which cheap readings are enough for this file."""
    table = take_sample(raw, engine)
    types = column_types(f"({raw.query})", engine)
    texts = {name: text_of(place, types) for name, place in mapping.columns.items() if types[f"c{place}"] == "VARCHAR"}
    odd = [
        name for name, text in texts.items()
        if _any(engine, table, f"regexp_matches({text}, '^[\\s\\x{{a0}}\\x{{3000}}]|[\\s\\x{{a0}}\\x{{3000}}]$')")
    ]  # fmt: skip
    money = [texts[name] for name in ("amount", "price", "cost") if name in texts]
    wide = any(_any(engine, table, f"regexp_matches({text}, '[.,][0-9]{{7,}}')") for text in money)
    names: list[str] = []
    if "product" in mapping.columns:
        name = text_of(mapping.columns.get("product_name", mapping.columns["product"]), types)
        names = [
            str(row[0])
            for row in engine.connection.execute(
                f"SELECT DISTINCT lower(x) FROM (SELECT DISTINCT {name} AS x FROM {table})"
                f" WHERE {named_like_a_fee('x')} ORDER BY 1"
            ).fetchall()
        ]
    return judging.Plan(
        raw=raw,
        mapping=mapping,
        types=types,
        odd_spaces=frozenset(odd),
        wide=wide,
        fee_names=tuple(names),
        goods=_short_goods(engine, table, texts.get("product"), mapping),
    )


def _short_goods(engine: Engine, table: str, product: str | None, mapping: FileMapping) -> tuple[str, ...]:
    """Short codes that are fees elsewhere, where the shop calls many of its goods A, B, C …"""
    if product is None:
        return ()
    said = {word.upper() for word in listed(mapping.options.get("fee_products"))}
    others = f"SELECT DISTINCT upper({product}) AS p FROM {table} WHERE regexp_matches({product}, '^[A-Za-z]{{1,2}}$')"
    fees = judging.text_list(SHORT_CODES)
    row: Any = engine.connection.execute(f"SELECT count(*) FROM ({others}) WHERE p NOT IN {fees}").fetchone()
    return tuple(code for code in SHORT_CODES if code not in said) if row[0] >= OTHER_SHORT_CODES else ()


def _examples(refused: Path, engine: Engine) -> list[dict[str, object]]:
    cursor = engine.connection.execute(
        f'SELECT line, "column", reason, left(value, 60) AS value FROM read_parquet({quoted(refused)})'
        " ORDER BY line LIMIT 3"
    )
    names = [str(column[0]) for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _any(engine: Engine, table: str, test: str) -> bool:
    row: Any = engine.connection.execute(f"SELECT coalesce(bool_or({test}), false) FROM {table}").fetchone()
    return bool(row[0])
