"""`regulars secrets`: the keys are checked and changed by command."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from tests.members.shop import AT, enrol, seen
from typer.testing import CliRunner

from regulars.cli import app
from regulars.members.keys import folder, keyring
from regulars.members.models import Identifier, Key
from regulars.members.services.keys import make_first

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def said(*words: str) -> tuple[int, str]:
    """Status and output of a command."""
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    return done.exit_code, done.output


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder of this test alone, on the database of the tests."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://of-the-tests/")
    monkeypatch.setenv("REGULARS_DATA", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "regulars.server.settings")
    monkeypatch.setattr(settings, "PLACE", replace(settings.PLACE, data=tmp_path))
    Key.objects.all().delete()
    make_first(at=AT)


def test_keys_are_checked_and_rotated_by_command() -> None:
    member = enrol(("phone", "0171 5550199"), ("email", "ann@example.com"), facts={"family_name": "Lee"})
    assert said("secrets", "check") == (0, "The keys are those of the database (generation 1).\n")
    status, told = said("secrets", "rotate", "--batch", "1")
    assert status == 0
    assert "2 identifiers, 1 facts, 1 names" in told
    assert keyring().generations.keys() == {2}
    assert set(Identifier.objects.values_list("key", flat=True)) == {2}
    found = seen("phone", "0171 5550199")
    assert found is not None
    assert found.member == member
    assert said("secrets", "check") == (0, "The keys are those of the database (generation 2).\n")


def test_a_missing_key_is_said_and_stops_the_command() -> None:
    (folder() / "1").unlink()
    for command in ("check", "rotate"):
        status, told = said("secrets", command)
        assert status == 2
        assert "keys-missing" in told
