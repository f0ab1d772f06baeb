"""What the doctor looks at in the data folder."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from regulars.server import checks
from regulars.server.place import Place

OWN = "postgresql://nobody@127.0.0.1:1/none"


def found(place: Place) -> dict[str, checks.Found]:
    return {one.what: one for one in checks.of_folder(place)}


def test_a_folder_that_is_not_there_yet_is_no_mistake(tmp_path: Path) -> None:
    told = found(Place(tmp_path / "none", OWN))
    assert {one.state for one in told.values()} == {"warning"}
    assert [one.state for one in checks.of_database(Place(tmp_path / "none"))] == ["warning"]


def test_a_secret_that_others_read_is_wrong_and_says_which(tmp_path: Path) -> None:
    place = Place(tmp_path, OWN)
    place.secrets.mkdir(mode=0o700)
    secret = place.secrets / "signing"
    secret.write_text("x")
    secret.chmod(0o600)
    assert found(place)["secrets"].state == "ok"
    secret.chmod(0o640)
    told = found(place)["secrets"]
    assert (told.state, str(secret) in told.told, "chmod" in told.advice) == ("wrong", True, True)


@pytest.mark.parametrize(("free", "state"), [(1, "wrong"), (1024**3, "warning"), (1024**4, "ok")])
def test_little_space_is_said_before_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert found(Place(tmp_path, OWN))["space"].state == state


def test_a_database_that_does_not_answer_is_wrong(tmp_path: Path) -> None:
    (told,) = checks.of_database(Place(tmp_path, OWN))
    assert (told.what, told.state) == ("database", "wrong")
    assert "Check host and port" in told.advice
