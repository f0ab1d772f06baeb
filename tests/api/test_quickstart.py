"""The quick start runs as it is written, in one shell, against a real server and with the worker's steps beside it."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from regulars.webhooks.addresses import Reach
from tests.api.hooks import work
from tests.api.world import make_world

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quickstart-api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
# Of the start: the server runs here already, and the key is the test's.
GIVEN = ("regulars serve\n", "regulars keys create", "export REGULARS=")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_quick_start_runs_as_it_is_written(live_server: LiveServer, tmp_path: Path, settings: object) -> None:
    settings.WEBHOOK_REACH = Reach.read("127.0.0.1", plain_http=True)  # type: ignore[attr-defined]
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    pasted = [block for block in blocks if not any(start in block for start in GIVEN)]
    assert len(blocks) - len(pasted) == len(GIVEN)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    known = {
        "REGULARS": live_server.url,
        "KEY": make_world(alone=True).key("administrator"),
        "PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    # As in a shell that somebody types into: jobs in the background have numbers.
    with subprocess.Popen(
        ["bash", "-e", "-m", "-c", "\n".join(pasted)], cwd=tmp_path, env=os.environ | known, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    ) as shell:  # fmt: skip
        for _ in range(100):
            work()
            try:
                shell.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
            break
        else:
            shell.kill()
        out, err = shell.communicate()
    assert shell.returncode == 0, out + err
    told = [line.split() for line in out.splitlines()[-4:]]
    assert [what for what, _ in told] == ["ledger.capture", "ledger.hold", "ledger.post", "webhooks.ping"]
    assert [subject[:4] for _, subject in told] == ["hld_", "hld_", "txn_", "whk_"]
    assert told[0][1] == told[1][1]
    assert '"available":70' in out
