"""What all tests share."""

import gc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from regulars.server.place import Place
from regulars.server.running.settled import YOUNG, settle
from tests import postgres
from tests.tracing import written_once

# Begun last, the others would wait for them; begun first, one process does a whole file, and what a file prepares for
# all its tests is prepared once: what is stolen is taken from the end.
FIRST = ("tests/stories/test_truth_found.py", "tests/server/", "tests/api/test_fuzz.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))  # the rest keep their order


def pytest_collection_finish() -> None:
    """As the product's own processes do once all is loaded: a tenth of the time goes into looking at it again. Here all
    is never loaded: what each test imports would be looked at for every test after it."""
    settle()
    gc.set_threshold(YOUNG, 20, 1_000)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_blocker: DjangoDbBlocker, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Instead of pytest-django's: a PostgreSQL starts when the first test asks for a database."""
    django_settings.PLACE = Place(tmp_path_factory.mktemp("regulars-data"))  # the keys made with the tables
    with postgres.running() as settings, django_db_blocker.unblock():
        default = connections["default"]
        default.close_pool()  # type: ignore[attr-defined]
        options = {**default.settings_dict["OPTIONS"], **settings.pop("OPTIONS")}  # type: ignore[dict-item]
        options.pop("pool", None)  # a test's thread must not outlive the test
        default.settings_dict.update(settings, OPTIONS=options)
        default.settings_dict["TEST"]["NAME"] = f"test_regulars_{worker_id}"
        made = setup_databases(verbosity=0, interactive=False)
        _let_tests_empty_tables()
        yield
        teardown_databases(made, verbosity=0)


def _let_tests_empty_tables() -> None:
    """Between tests all tables are emptied, which triggers of append-only tables refuse; every other guard stays."""
    with connection.cursor() as cursor:
        cursor.execute("select tgrelid::regclass::text, tgname from pg_trigger where tgtype & 32 <> 0")
        for table, trigger in cursor.fetchall():
            cursor.execute(f'alter table {table} disable trigger "{trigger}"')
    every = connection.ops.sql_flush

    def filled_alone(style: Any, tables: Sequence[str], **how: Any) -> list[str]:
        """Most tables are empty after most tests; to empty all of them takes half a second."""
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in tables))
            filled = [table for (table,) in cursor.fetchall()]
        return list(every(style, filled, **{**how, "allow_cascade": True}))

    connection.ops.sql_flush = filled_alone  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def _write_sql_once() -> Iterator[None]:
    """Half of what an analysis costs is Ibis writing SQL, which measuring of lines would make twice as dear."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ibis, "to_sql", written_once())
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data sets beside the project; tests that need them skip, saying so, where they are absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real data sets are not here (../shared/data); this test was NOT run")
    return folder


@pytest.fixture
def own_keys(tmp_path: Path, db: None) -> Iterator[Path]:
    """Keys of this test alone, in a data folder of its own."""
    from regulars.members.models import Key
    from regulars.members.services.keys import make_first

    before = django_settings.PLACE
    django_settings.PLACE = replace(before, data=tmp_path)
    Key.objects.all().delete()
    make_first(at=timezone.now())
    yield tmp_path
    django_settings.PLACE = before
