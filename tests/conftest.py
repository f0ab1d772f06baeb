"""What all tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from tests import postgres


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker, worker_id: str) -> Iterator[None]:
    """Instead of pytest-django's: a PostgreSQL starts when the first test asks for a database."""
    with postgres.running() as settings, django_db_blocker.unblock():
        default = connections["default"]
        default.close_pool()  # type: ignore[attr-defined]
        options = {**default.settings_dict["OPTIONS"], **settings.pop("OPTIONS")}  # type: ignore[dict-item]
        options.pop("pool", None)  # a test's thread must not outlive the test
        default.settings_dict.update(settings, OPTIONS=options)
        default.settings_dict["TEST"]["NAME"] = f"test_regulars_{worker_id}"
        made = setup_databases(verbosity=0, interactive=False)
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data sets beside the project; tests that need them skip, saying so, where they are absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real data sets are not here (../shared/data); this test was NOT run")
    return folder
