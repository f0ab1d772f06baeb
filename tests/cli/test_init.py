"""`regulars init`, as far as it goes where another Regulars works on the folder: what is asked, what is said where."""

import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from regulars.cli import app
from regulars.server.running import lock


def test_a_wrong_answer_is_asked_for_again_and_a_refusal_reaches_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["regulars.cli.init"], "_watched", lambda: True)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    held = lock.hold(tmp_path)
    answers = "\n".join(["Bund Market", "XY", "cn", "Asia/Shangai", "", "RMB", "cny"])
    try:
        done = CliRunner().invoke(app, ["init", "--data", str(tmp_path)], input=answers)
    finally:
        os.close(held)
    for once in ("no country 'XY'", "no time zone 'Asia/Shangai'", "no currency 'RMB'", "already-running"):
        assert done.output.count(once) == 1, done.output
    assert done.exit_code == 2
    assert (tmp_path / "server.log").read_text() == ""
