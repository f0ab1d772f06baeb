"""Finding pairs among many people: record linkage by Splink on DuckDB, in memory alone.

DuckDB is opened without a file and without a place to spill to: where memory does not suffice it says so and stops,
and nothing personal has touched the disk. Splink is loaded here and nowhere else, so that web processes stay light.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

import pyarrow as pa

from regulars.members.duplicates_levels import LEVELS, MISSING, PRIOR_PAIRS, SHARED_MAX, Alike, Likeness, turned

SEED: Final = 7
RARE_MAX: Final = 6  # a name that so many have at most is reason enough to compare
TRAINED_FROM: Final = 2000  # people: with fewer there are too few pairs to learn from
_SAMPLED: Final = 5e6  # pairs from which we learn how often strangers agree
_BATCH: Final = 50_000

_TEXTS: Final = ("name", "birth_on", "birth_turned", "phone", "email", "street", "postcode", "sex")
_OTHERS: Final[list[pa.Field[Any]]] = [
    pa.field("unique_id", pa.int64()),
    pa.field("is_han", pa.bool_()),
    pa.field("words", pa.list_(pa.string())),
    pa.field("letters", pa.list_(pa.string())),
]
_SCHEMA: Final = pa.schema([*_OTHERS, *(pa.field(name, pa.string()) for name in _TEXTS)])
# What is looked at twice: pairs that share one of these. Each is narrow enough for a million people.
_BLOCKS: Final = (
    "l.phone = r.phone",
    "l.email = r.email",
    "l.rare_name = r.rare_name",
    "l.name = r.name AND l.birth_on = r.birth_on",
    "l.birth_on = r.birth_on AND l.name_start = r.name_start",
    "l.name = r.name AND l.postcode = r.postcode",
    "l.home = r.home AND l.name_start = r.name_start",
    "l.name = r.name AND l.phone_start = r.phone_start",
    "l.name = r.name AND l.phone_end = r.phone_end",
    "l.birth_on = r.birth_on AND l.phone_end = r.phone_end",
    "l.birth_on = r.birth_on AND l.postcode = r.postcode",
)
_PREPARED: Final = f"""
CREATE TABLE people AS
WITH counted AS (
    SELECT *, count(*) OVER (PARTITION BY phone) AS phones, count(*) OVER (PARTITION BY email) AS emails,
        count(*) OVER (PARTITION BY name) AS names, street || '|' || postcode AS place
    FROM given
)
SELECT unique_id, name, words, letters, is_han, birth_on, birth_turned, street, postcode, sex,
    CASE WHEN phones <= {SHARED_MAX} THEN phone END AS phone,
    CASE WHEN emails <= {SHARED_MAX} THEN email END AS email,
    CASE WHEN names <= {RARE_MAX} THEN name END AS rare_name,
    left(name, 2) AS name_start,
    left(phone, -4) AS phone_start,
    right(phone, 4) AS phone_end,
    CASE WHEN count(*) OVER (PARTITION BY place) <= {SHARED_MAX * 4} THEN place END AS home
FROM counted
"""


class _Table:
    """People on their way into DuckDB, by number; ids stay here."""

    def __init__(self) -> None:
        self.ids: list[UUID] = []

    def batches(self, people: Iterable[tuple[UUID, Likeness]]) -> Iterator[pa.RecordBatch]:
        rows: list[dict[str, Any]] = []
        for member, alike in people:
            rows.append(_row(len(self.ids), alike))
            self.ids.append(member)
            if len(rows) == _BATCH:
                yield pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)
                rows = []
        yield pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)


def _row(number: int, alike: Likeness) -> dict[str, Any]:
    return {
        "unique_id": number,
        "name": alike.name,
        "words": alike.words,
        "letters": alike.letters,
        "is_han": alike.is_han,
        "birth_on": alike.birth_on,
        "birth_turned": turned(alike.birth_on) if alike.birth_on else None,
        "phone": alike.phone,
        "email": alike.email,
        "street": alike.street,
        "postcode": alike.postcode,
        "sex": alike.sex,
    }


def linked(
    people: Iterable[tuple[UUID, Likeness]], *, score_min: float, memory: str = "6GB", threads: int | None = None
) -> list[Alike]:
    """Pairs at or above a score, best first. The same people give the same answer."""
    import duckdb
    from splink import Linker, SettingsCreator
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)  # its progress is not our user's concern
    table = _Table()
    connection = duckdb.connect(":memory:", config={"memory_limit": memory, "temp_directory": ""})
    try:
        _settings(connection, threads)
        _fill(connection, table.batches(people))
        connection.execute(_PREPARED)
        connection.execute("DROP TABLE given")
        api = DuckDBAPI(connection)
        linker = Linker(api.register("people"), SettingsCreator(**_model(len(table.ids))), log_level=None)
        if len(table.ids) >= TRAINED_FROM:
            _train(linker)
        found = linker.inference.predict(threshold_match_probability=score_min, warning_mode="never")
        rows = connection.execute(_ANSWER.format(found.physical_name)).fetchall()
    finally:
        connection.close()
    return [_alike(table.ids, row) for row in rows]


# A family, see `is_family`.
_DESPITE_NAMES: Final = "gamma_birth_on = 2 OR gamma_email = 2"
_ANSWER: Final = (
    "SELECT unique_id_l, unique_id_r, match_probability, "
    + ", ".join(f"gamma_{field}" for field in LEVELS)
    + f" FROM {{}} WHERE gamma_name > 1 OR {_DESPITE_NAMES} ORDER BY match_probability DESC, unique_id_l, unique_id_r"
)


def _fill(connection: Any, batches: Iterator[pa.RecordBatch]) -> None:
    """Batch by batch, so that people are read in this thread: DuckDB pulls a stream from one of its own."""
    connection.register("arriving", pa.Table.from_batches([], schema=_SCHEMA))
    connection.execute("CREATE TABLE given AS SELECT * FROM arriving")
    for batch in batches:
        connection.register("arriving", pa.Table.from_batches([batch]))
        connection.execute("INSERT INTO given SELECT * FROM arriving")
    connection.unregister("arriving")


def _settings(connection: Any, threads: int | None) -> None:
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET preserve_insertion_order = false")
    if threads is not None:
        connection.execute(f"SET threads = {int(threads)}")


def _model(people: int) -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "comparisons": [_comparison(field) for field in LEVELS],
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule} for rule in _BLOCKS],
        "probability_two_random_records_match": PRIOR_PAIRS / max(people, 2),
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
        "linker_uid": "members",
    }


def _comparison(field: str) -> dict[str, Any]:
    missing = {"sql_condition": MISSING[field], "label_for_charts": "missing", "is_null_level": True}
    levels = [
        {
            "sql_condition": level.sql,
            "label_for_charts": level.name,
            "m_probability": level.m,
            "u_probability": level.u,
            **_by_rarity(field, level.name),
        }
        for level in LEVELS[field]
    ]
    return {"output_column_name": field, "comparison_levels": [missing, *levels]}


def _by_rarity(field: str, level: str) -> dict[str, Any]:
    """Sharing a rare name says more than sharing a common one."""
    if (field, level) != ("name", "same"):
        return {}
    return {"tf_adjustment_column": "name", "tf_adjustment_weight": 1.0, "tf_minimum_u_value": 0.000001}


def _train(linker: Any) -> None:
    """u from pairs drawn at random, m by expectation maximisation among pairs that share a phone, or a name and day.

    The chance that two are one person is counted from pairs that certainly are.
    """
    training = linker.training
    certain = ["l.phone = r.phone AND l.name = r.name", "l.email = r.email AND l.name = r.name"]
    training.estimate_probability_two_random_records_match(certain, recall=0.6)
    training.estimate_u_using_random_sampling(max_pairs=_SAMPLED, seed=SEED)
    for rule in ("l.phone = r.phone", "l.name = r.name AND l.birth_on = r.birth_on"):
        training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=2e6)


def _alike(ids: list[UUID], row: tuple[Any, ...]) -> Alike:
    one, two, score, *gammas = row
    first, second = sorted((ids[one], ids[two]))
    # Splink numbers levels from the end: 0 is "other", -1 is missing.
    levels = {
        field: LEVELS[field][len(LEVELS[field]) - 1 - gamma].name
        for field, gamma in zip(LEVELS, gammas, strict=True)
        if gamma >= 0
    }
    return Alike(first, second, float(score), levels)
