"""The whole installation as it is started by hand: first start, first administrator, stop, kill, start again."""

import json
import os
import re
import signal
import subprocess
import time
from base64 import b32decode
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest
from tests.server.installation import Installation, installation

from regulars.access.factors import code_of

pytestmark = pytest.mark.slow

PHONE, MAIL, PASSWORD = "+31612345678", "ada.planted@shop.example", "correct horse battery"
FORM = {
    "organisation": "Riverside",
    "zone": "Europe/Amsterdam",
    "name": "Ada Planted",
    "email": MAIL,
    "password": PASSWORD,
    "again": PASSWORD,
}
PAPER: list[str] = []  # recovery codes of the administrator of `server`


@pytest.fixture
def untouched() -> Iterator[Installation]:
    """Nobody has used its link yet."""
    with installation() as one:
        one.start()
        yield one


@pytest.fixture(scope="module")
def server() -> Iterator[Installation]:
    """With its first administrator, FORM; tests may be asked for in any order."""
    with installation() as one:
        one.start()
        first = Visitor(one)
        assert first.ask(one.link())[0] == 200
        assert first.ask(one.link(), FORM) == (302, "", "/")
        PAPER[:] = first.make_second_factor()
        yield one


class Visitor:
    """A browser without a screen: keeps cookies, sends forms."""

    def __init__(self, server: Installation) -> None:
        self.server, self.token = server, ""
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str, str]:
        """Status, page, and where it leads."""
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is None:
            answer = self.server.ask(path, **headers)  # type: ignore[arg-type]
        else:
            headers["Content_Type"] = "application/x-www-form-urlencoded"
            sent = {"csrfmiddlewaretoken": self.token, **form}
            answer = self.server.ask(path, method="POST", body=urlencode(sent).encode(), **headers)
        for name, value in re.findall(r"(csrftoken|sessionid)=([^;]*)", str(answer.headers.get("set-cookie", ""))):
            self.cookies[name] = value
        if found := re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.body):
            self.token = found[1]
        return answer.status, answer.body, str(answer.headers.get("location", ""))

    def make_key(self, role: str) -> str:
        """Of the whole organisation, at the page of the keys."""
        page = self.ask("/set-up/keys")[1]
        assert "/api/v1/" in page
        place = re.search(r'<option value="(org_\w+)"', page)
        assert place
        assert page.index(">Till") < page.index(">Administrator")  # taken by who does not look
        asked = {"key": str(uuid4()), "name": f"The {role}", "role": role, "place": place[1]}
        made = re.search(r'class="secret">([^<]+)<', self.ask("/set-up/keys", asked)[1])
        assert made
        return made[1]

    def make_second_factor(self) -> list[str]:
        """As an app on a phone would; the recovery codes."""
        path = "/second-factor"
        self.ask(path)
        assert self.ask(path, {"do": "begin"}) == (302, "", path)
        found = re.search(r'class="secret">([A-Z2-7 ]+)<', self.ask(path)[1])
        assert found
        code = code_of(b32decode(found[1].replace(" ", "")), int(time.time()) // 30)
        return re.findall(r"<li><code>([^<]+)</code>", self.ask(path, {"do": "confirm", "code": code})[1])

    def log_in(self, path: str = "/login") -> str:
        """With password and a code; where it leads."""
        self.ask(path)
        status, _, asked = self.ask(path, {"email": MAIL, "password": PASSWORD})
        assert (status, asked.partition("?")[0]) == (302, "/login/code")
        self.ask(asked)
        return self.ask(asked, {"code": PAPER.pop()})[2]


def administrators(server: Installation) -> int:
    with psycopg.connect(server.cluster.url()) as connection:
        row = connection.execute("SELECT count(*) FROM access_staff").fetchone()
        assert row is not None
        return int(row[0])


def test_from_the_first_start_to_the_first_key_and_the_link_works_once(untouched: Installation) -> None:
    server = untouched
    one, two = Visitor(server), Visitor(server)
    link = server.link()
    assert one.ask("/")[0] == 302
    assert one.ask(link)[0] == two.ask(link)[0] == 200
    assert one.ask(link, {**FORM, "password": "short", "again": "short"})[0] == 422
    assert administrators(server) == 0
    assert one.ask(link, FORM) == (302, "", "/")
    status, page, _ = two.ask(link, {**FORM, "email": "eve@shop.example"})
    assert (status, administrators(server)) == (404, 1)
    assert "This link is over" in page
    status, page, _ = one.ask("/")
    assert status == 200
    assert "/set-up" in page
    key = one.make_key("till")
    known = server.ask("/api/v1/key", Authorization=f"Bearer {key}")
    assert known.status in (200, 404), known.body  # a key that is known is never asked to show another
    assert server.ask("/api/v1/openapi.json").status == 200


def test_who_logs_out_is_out_and_a_wrong_password_is_told_like_an_unknown_address(server: Installation) -> None:
    visitor = Visitor(server)
    visitor.ask("/login")
    unknown = visitor.ask("/login", {"email": "nobody@shop.example", "password": PASSWORD})
    wrong = visitor.ask("/login", {"email": MAIL, "password": "wrong horse battery"})
    assert (unknown[0], wrong[0]) == (403, 403)
    assert unknown[1].count("do not belong together") == wrong[1].count("do not belong together") == 1
    assert visitor.log_in("/login?next=//evil.example/") == "/"
    status, page, _ = visitor.ask("/")
    assert (status, "Ada Planted" in page) == (200, True)
    assert visitor.ask("/logout", {})[2] == "/login"
    assert visitor.ask("/")[0] == 302


def test_pages_carry_a_strict_policy_and_speak_chinese(server: Installation) -> None:
    answer = server.ask("/login", Accept_Language="zh-CN")
    assert "登录" in answer.body
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in answer.body
    assert " style=" not in answer.body
    assert server.ask("/static/server/regulars.css").status == 200


def test_health_readiness_and_figures(server: Installation) -> None:
    server.wait_ready()
    assert server.ask("/healthz").body == "ok\n"
    assert server.ask("/readyz").json() == {"database": "ok", "migrations": "ok", "queue": "ok"}
    figures = server.ask("/metrics").body
    assert 'regulars_requests_total{method="GET",route="/login",status="200"}' in figures
    assert 'regulars_queue_jobs{state="failed"} 0.0' in figures
    assert server.ask("/metrics", X_Forwarded_For="203.0.113.9").status == 403
    secret = (server.data / "secrets" / "metrics").read_text()
    known = server.ask("/metrics", X_Forwarded_For="203.0.113.9", Authorization=f"Bearer {secret}")
    assert known.status == 200


def test_what_is_not_there_and_what_goes_wrong_carry_the_number_of_the_request(server: Installation) -> None:
    answer = server.ask("/nothing/here")
    assert answer.status == 404
    assert answer.headers["x-request-id"] in answer.body
    assert server.ask("/login", Host="evil.example").status == 400
    assert server.ask("/healthz", Host="10.0.0.7").status == 200  # as a load balancer asks
    logged = [json.loads(line) for line in server.logged().splitlines() if line.startswith("{")]
    mine = [line for line in logged if line.get("request_id") == answer.headers["x-request-id"]]
    assert [(line["event"], line["status"], line["route"]) for line in mine] == [("request", 404, "(unknown)")]


def test_nothing_of_a_person_is_in_logs_or_figures(server: Installation) -> None:
    visitor = Visitor(server)
    visitor.ask(f"/login?next=/members/{PHONE}&mail={MAIL}")
    visitor.ask("/login", {"email": MAIL, "password": f"{PHONE} is not it"})
    visitor.ask(f"/members/{MAIL}")
    server.ask(f"/api/v1/members/{PHONE}", Authorization=f"Bearer {MAIL}")
    server.ask("/api/v1/members", method="POST", body=f'{{"phone": "{PHONE}", broken'.encode())
    told = server.logged() + server.ask("/metrics").body + server.cluster.log.read_text()
    told = told.replace(f"127.0.0.1:{server.port}", "")
    for planted in (PHONE, PHONE[1:], MAIL, "Ada Planted", PASSWORD, server.link(), "127.0.0.1"):
        assert planted not in told, planted
    assert '"event": "request"' in told


def test_all_files_of_secrets_are_their_owners_alone(server: Installation) -> None:
    files = [path for path in (server.data / "secrets").rglob("*")]
    assert {"signing", "metrics", "database"} <= {path.name for path in files}
    assert {path.stat().st_mode & 0o077 for path in files} == {0}


def test_a_second_one_on_the_same_folder_is_refused_and_says_which_process_has_it(server: Installation) -> None:
    assert server.process
    refused = subprocess.run(
        server.command("serve", "--data", str(server.data), "--port", "1"), capture_output=True, text=True
    )
    assert refused.returncode == 2
    assert "already-running" in refused.stderr
    assert str(server.process.pid) in refused.stderr


def test_a_taken_port_is_said_in_words(server: Installation) -> None:
    with installation() as other:
        refused = subprocess.run(
            server.command("serve", "--data", str(other.data), "--port", str(server.port)),
            capture_output=True,
            text=True,
            env=server.known(),
        )
    assert refused.returncode == 2
    assert "address-taken" in refused.stderr


def test_the_doctor_finds_it_well(server: Installation) -> None:
    command = server.command("doctor", "--data", str(server.data), "--json")
    told = subprocess.run(command, capture_output=True, text=True, env=server.known())
    found = {one["what"]: one["state"] for one in json.loads(told.stdout)["found"]}
    assert told.returncode == 0, told.stdout
    assert {name for name, state in found.items() if state == "wrong"} == set()
    assert {"folder", "secrets", "database", "version", "encoding", "rights", "zone", "clock", "migrations"} <= set(
        found
    )


@pytest.mark.parametrize("part", ["answering", "web", "worker"])
def test_a_part_that_is_killed_is_back_and_the_data_with_it(server: Installation, part: str) -> None:
    server.wait_ready()
    before = server.processes()[part]
    os.kill(before[0], signal.SIGKILL)
    server.wait(lambda: not set(before) & set(server.processes()[part]) and server.processes()[part], f"no {part}")
    server.wait_ready()
    assert administrators(server) == 1


def test_a_killed_database_is_back_and_the_pages_answer_again(server: Installation) -> None:
    server.wait_ready()
    before = server.cluster.process()
    assert before is not None
    os.kill(before, signal.SIGKILL)
    told = set()

    def asked_and_back() -> bool:
        told.add(server.ask("/api/v1/me", Authorization="Bearer some").status)
        return server.cluster.process() not in (None, before)

    server.wait(asked_and_back, "no database")
    server.wait_ready()
    assert told <= {401, 503}, told
    assert server.ask("/api/v1/me", Authorization="Bearer some").status == 401
    assert Visitor(server).log_in() == "/"
    assert administrators(server) == 1


def test_the_queue_moves_after_the_worker_died_in_the_middle_of_a_job(server: Installation) -> None:
    """A job of the dead worker is done by the next one."""
    server.wait_ready()
    with psycopg.connect(server.cluster.url(), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, attempts, scheduled_at)"
            " VALUES ('default', 'journal.seal', 'journal.seal', '{\"timestamp\": 1}', 'doing', 1, now())"
        )
        os.kill(server.processes()["worker"][0], signal.SIGKILL)

        def stuck() -> int:
            row = connection.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE args = '{\"timestamp\": 1}'"
            ).fetchone()
            assert row is not None
            return int(row[0])

        server.wait(lambda: stuck() == 0, "the job of the dead worker is still there", 75)


def test_what_a_kill_of_everything_leaves_is_taken_over_by_the_next_start(server: Installation) -> None:
    assert server.process
    parts = server.processes()
    server.process.kill()
    server.process.wait()
    server.start()
    server.wait_ready()
    assert administrators(server) == 1
    assert not {number for numbers in parts.values() for number in numbers} & {
        number for numbers in server.processes().values() for number in numbers
    }


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_is_clean_and_a_start_after_it_finds_everything(server: Installation, how: signal.Signals) -> None:
    assert server.process
    server.wait_ready()
    assert server.stop(how) == 0
    assert server.cluster.process() is None
    assert server.status("/healthz") == 0
    lines = len(server.said().splitlines())
    server.start()
    server.wait_ready()
    assert administrators(server) == 1
    assert "/first/" not in "\n".join(server.said().splitlines()[lines:])


def test_a_hangup_loads_the_web_part_anew_without_a_gap_in_the_data(server: Installation) -> None:
    server.wait_ready()
    before = server.processes()
    assert server.process
    server.process.send_signal(signal.SIGHUP)
    server.wait(lambda: not set(before["answering"]) & set(server.processes()["answering"]), "the same processes")
    server.wait_ready()
    assert server.processes()["web"] == before["web"]
