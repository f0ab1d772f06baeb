"""DATABASE_URL: a server of one's own, the oldest version that is served; what does not fit is said in words."""

import json
import shutil
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.server.installation import installation
from tests.server.own_server import OwnServer, own_server

from regulars.server import checks
from regulars.server.place import Place

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def own() -> Iterator[OwnServer]:
    with own_server() as one:
        yield one


def refusal(own_url: str) -> str:
    """What a start says."""
    with installation(DATABASE_URL=own_url) as one:
        command = one.command("serve", "--data", str(one.data), "--port", str(one.port))
        refused = subprocess.run(command, capture_output=True, text=True, env=one.known())
        assert refused.returncode == 2, refused.stderr
        assert not (one.data / "postgres").exists()
        return refused.stderr


def test_it_works_on_it_and_leaves_it_running(own: OwnServer) -> None:
    with installation(DATABASE_URL=own.url()) as one:
        one.start()
        one.wait_ready()
        assert "DATABASE_URL" in one.said()
        assert one.stop() == 0
        assert not one.cluster.made()
    with psycopg.connect(own.url()) as connection:
        assert connection.execute("SELECT count(*) > 10 FROM django_migrations").fetchone() == (True,)


def test_web_and_worker_apart_and_a_machine_with_other_secrets_is_refused(own: OwnServer) -> None:
    own.do("CREATE DATABASE apart OWNER regulars ENCODING 'UTF8'")
    url = own.url("apart")
    with installation(DATABASE_URL=url) as web, installation(DATABASE_URL=url) as worker:
        web.start("--web")
        assert web.ask("/readyz").json()["queue"] == "no worker"
        worker.launch(what="worker")
        assert worker.process
        assert worker.process.wait(60) == 2
        assert "other-secrets" in worker.logged(), worker.logged()
        shutil.rmtree(worker.data / "secrets")
        shutil.copytree(web.data / "secrets", worker.data / "secrets")
        worker.launch(what="worker")
        web.wait_ready()
        assert worker.stop() == 0
        assert web.stop() == 0


def test_two_that_start_together_make_the_tables_once(own: OwnServer) -> None:
    own.do("CREATE DATABASE together OWNER regulars ENCODING 'UTF8'")
    url = own.url("together")
    with installation(DATABASE_URL=url) as one, installation(DATABASE_URL=url) as two:
        (one.data / "secrets").mkdir(parents=True, mode=0o700)
        (one.data / "secrets" / "personal").mkdir(mode=0o700)
        for name in ("signing", "metrics", "cards", "personal/1"):
            (one.data / "secrets" / name).write_bytes(urlsafe_b64encode(name.encode().ljust(32)))
            (one.data / "secrets" / name).chmod(0o600)
        shutil.copytree(one.data / "secrets", two.data / "secrets")
        one.launch("--web", "--processes", "1")
        two.launch("--web", "--processes", "1")
        one.wait(lambda: "is ready at" in one.said(), "the first did not start")
        links = [found.said().count("/first/") for found in (one, two)]
        assert links[0] == 1


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://root@127.0.0.1/x", "postgresql://"),
        ("postgresql://regulars:given@127.0.0.1:1/regulars", "Check host and port"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_in_words(url: str, told: str) -> None:
    assert told in refusal(url)


def test_what_does_not_fit_is_said_with_what_to_do(own: OwnServer) -> None:
    own.do(
        "CREATE DATABASE latin OWNER regulars ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
        "CREATE DATABASE closed ENCODING 'UTF8'",
    )
    for url, told in (
        (own.url(password="wrong"), "name and password"),
        (own.url("missing"), "CREATE DATABASE"),
        (own.url("latin"), "LATIN1"),
        (own.url("closed"), "GRANT CREATE"),
    ):
        assert told in refusal(url).replace("\n", " "), url


def test_an_older_server_is_refused(own: OwnServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checks, "OLDEST", 16)
    found = {one.what: one for one in checks.of_database(Place(tmp_path, own.url()))}
    assert (found["version"].state, found["version"].told) == ("wrong", "The server is PostgreSQL 15.")


def test_the_doctor_tells_programs_what_is_wrong(own: OwnServer) -> None:
    with installation(DATABASE_URL=own.url(password="wrong")) as one:
        told = subprocess.run(
            one.command("doctor", "--data", str(one.data), "--json"), capture_output=True, text=True, env=one.known()
        )
        assert told.returncode == 1
        answer = json.loads(told.stdout)
        assert answer["ok"] is False
        assert [found["what"] for found in answer["found"] if found["state"] == "wrong"] == ["database"]
        assert "given" not in told.stdout
