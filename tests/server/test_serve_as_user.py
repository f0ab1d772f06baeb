"""The whole installation as an ordinary user, with nothing outside the data folder."""

import os
import pwd
import subprocess
from pathlib import Path

import pytest
from tests.server.installation import installation
from tests.server.strangers import NAME, a_python_for, paths

pytestmark = pytest.mark.slow


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests of serving run as this ordinary user")
def test_an_ordinary_user_runs_everything_within_the_data_folder() -> None:
    python = a_python_for()[0]
    with installation(PYTHONPATH=paths(), HOME="/nonexistent") as one:
        one.python, one.user = python, pwd.getpwnam(NAME).pw_uid
        one.data.parent.chmod(0o777)
        one.start()
        one.wait_ready()
        files = subprocess.run(["find", one.data, "-not", "-user", NAME], capture_output=True, text=True, check=True)
        assert files.stdout == ""
        assert (one.data / "postgres" / "data-18" / "PG_VERSION").exists()
        assert not any(Path("/var/lib/regulars").glob("*nobody*"))
        assert one.stop() == 0
        refused = subprocess.run(
            one.command("serve", "--data", str(one.data)), capture_output=True, text=True, env=one.known()
        )
        assert "another user than root" in " ".join(refused.stderr.split())
