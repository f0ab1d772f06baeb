"""Tills sell and post through the API while parts of the server are killed: nothing acknowledged is lost, and
nothing is done twice.

REGULARS_SOAK_KILLS says how many kills, for the long run. A till does what a good till does: it sends a deed again,
with the same key, until it has an answer; half of its deeds with a new key and the same document number.
"""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import pytest
from tests.server.installation import Installation, installation
from tests.server.test_serve import FORM, Visitor

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("REGULARS_SOAK_KILLS", "4"))
SEED = int(os.environ.get("REGULARS_SOAK_SEED", "7"))
TILLS, MEMBERS = 4, 5
PATIENCE = 180.0  # seconds in which a deed must get an answer, whatever was killed
AGAIN = frozenset({"request-in-flight", "try-again"})
KEPT, REFUSED = frozenset({200, 201}), frozenset({409, 422})
TERMS = {
    "earn": {"unit": "points", "currency": "EUR", "award": {"type": "per-amount", "units": 1, "per": 100}},
    "points-payment": {"unit": "points", "currency": "EUR", "points": 1, "worth": 10},
}


@dataclass
class Till:
    """One till, with its own chance, that knows what it was told."""

    server: Installation
    key: str
    number: int
    members: list[str]
    chance: random.Random
    effects: Counter[str] = field(default_factory=Counter)  # by member: what was acknowledged
    posted: int = 0
    moved: int = 0  # transfers that earn or spend
    again: int = 0  # sent more than once
    replayed: int = 0
    failure: str = ""

    def work(self, over: Callable[[], bool]) -> None:
        try:
            while not over():
                self.one_deed()
        except AssertionError as failure:
            self.failure = str(failure)

    def one_deed(self) -> None:
        member, amount = self.chance.choice(self.members), self.chance.randint(1, 50)
        body: dict[str, object] = {"member": member, "unit": "points", "amount": amount}
        document = {
            "source": f"till-{self.number}",
            "external_id": f"{self.posted + self.again}/{self.chance.random()}",
        }
        named = self.chance.random() < 0.5
        body |= document if named else {}
        match self.chance.choice(("earn", "spend", "hold", "buy", "buy", "reserve")):
            case "hold":
                self._held(body, member, amount, named=named)
            case "buy":
                self._bought(member, amount, document, named=named)
            case "reserve":
                self._reserved(member, amount, document, named=named)
            case kind:
                status, _ = self.send("/transfers", body | {"kind": kind}, named=named)
                self._note(status, member, amount if kind == "earn" else -amount)

    def _held(self, body: dict[str, object], member: str, amount: int, *, named: bool) -> None:
        status, told = self.send("/holds", body, named=named)
        if status not in KEPT:
            return
        part = self.chance.randint(1, amount)
        status, _ = self.send(f"/holds/{told['id']}/capture", {"amount": part}, named=False)
        assert status in KEPT, told
        self._note(status, member, -part)

    def _bill(self, member: str, amount: int, document: dict[str, str]) -> dict[str, object]:
        points = [{"unit": "points", "points": amount // 5}] if amount >= 25 else []
        lines = [{"item": "tea", "amount": amount * 50, "quantity": "5"}]
        return {"member": member, "currency": "EUR", "lines": lines, "points": points, **document}

    def _bought(self, member: str, amount: int, document: dict[str, str], *, named: bool) -> None:
        """A bill, and sometimes a part of it brought back."""
        status, told = self.send("/purchases", self._bill(member, amount, document), named=named)
        self._sold(status, member, told, 1)
        if status in KEPT and self.chance.random() < 0.5:
            said = {**document, "external_id": f"back/{document['external_id']}"}
            lines = [{"number": 1, "quantity": str(self.chance.randint(1, 5))}]
            status, told = self.send(f"/purchases/{told['id']}/returns", {**said, "lines": lines}, named=named)
            self._sold(status, member, told, -1)

    def _reserved(self, member: str, amount: int, document: dict[str, str], *, named: bool) -> None:
        """In two steps: completed, or given up."""
        asked = self._bill(member, amount, document) | {"hold_seconds": 86_400}
        status, told = self.send("/purchases", asked, named=named)
        if status in KEPT:
            end = self.chance.choice(("complete", "cancel"))
            said: dict[str, object] = {"reason": "left"} if end == "cancel" else {}
            status, told = self.send(f"/purchases/{told['id']}/{end}", said, named=False)
            assert status in KEPT, told
            if end == "complete":
                self._sold(status, member, told, 1)

    def _sold(self, status: int, member: str, told: dict[str, object], sign: int) -> None:
        """What a bill moved, by its own answer."""
        if status not in KEPT:
            return
        effects = told["effects"]
        assert isinstance(effects, list)
        for one in effects:
            self.effects[member] += sign * one["amount"] * (1 if one["kind"] == "earn" else -1)
            self.moved += sign == 1
        self.posted += 1

    def _note(self, status: int, member: str, effect: int) -> None:
        if status in KEPT:
            self.effects[member] += effect
            self.posted += 1
            self.moved += 1

    def send(self, path: str, body: dict[str, object], *, named: bool) -> tuple[int, dict[str, object]]:
        """Until there is an answer that says what became of it."""
        until, tries = time.monotonic() + PATIENCE, 0
        key = self._new_key()
        while time.monotonic() < until:
            tries += 1
            answer = self._try(path, body, key)
            if answer and answer[0] in KEPT | REFUSED and answer[1].get("code") not in AGAIN:
                self.again += tries > 1
                self.replayed += tries > 1 and (answer[2] or bool(answer[1].get("replayed")))
                return answer[:2]
            assert answer is None or answer[0] >= 409, (path, body, answer)
            key = self._new_key() if named else key
            time.sleep(0.1)
        raise AssertionError(f"no answer within {PATIENCE:.0f} s: {path}")

    def _new_key(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def _try(self, path: str, body: dict[str, object], key: str) -> tuple[int, dict[str, object], bool] | None:
        """None where nobody answers, or the answer broke off: then nobody knows whether it was done."""
        asking = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=15)
        head = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key, "Content-Type": "application/json"}
        try:
            asking.request("POST", f"/api/v1{path}", json.dumps(body), head)
            answer = asking.getresponse()
            told = json.loads(answer.read() or b"{}")
            return answer.status, told, answer.getheader("Idempotency-Replayed") == "true"
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return None
        finally:
            asking.close()


class Killer:
    """Ends parts with SIGKILL, and waits each time until the whole is ready again."""

    def __init__(self, server: Installation, chance: random.Random) -> None:
        self.server, self.chance = server, chance
        self.killed: Counter[str] = Counter()

    def kill(self, kind: str) -> None:
        time.sleep(self.chance.uniform(0.3, 1.5))  # in the middle of load
        match kind:
            case "database":
                os.kill(self._database(), signal.SIGKILL)
            case "session":
                os.kill(self._session(), signal.SIGKILL)
            case "everything":
                self._everything()
            case part:
                os.kill(self.chance.choice(self._running(part)), signal.SIGKILL)
        self.killed[kind] += 1
        time.sleep(0.5)
        self.server.wait(lambda: self.server.status("/readyz") == 200, f"not ready after {kind}", PATIENCE)

    def _running(self, part: str) -> list[int]:
        """One answers while another that was killed before is only just started again."""
        found: list[int] = []

        def there() -> bool:
            found[:] = self.server.processes()[part]
            return bool(found)

        self.server.wait(there, f"no {part} runs", PATIENCE)
        return found

    def _database(self) -> int:
        number = self.server.cluster.process()
        assert number is not None
        return number

    def _session(self) -> int:
        """One of the processes that PostgreSQL answers from: it then ends all of them, and recovers."""
        command = ["ps", "-o", "pid=,args=", "--ppid", str(self._database())]
        asked = subprocess.run(command, capture_output=True, text=True, check=True)
        rows = [row for row in asked.stdout.splitlines() if "regulars regulars" in row]
        return int(self.chance.choice(rows).split()[0]) if rows else self._database()

    def _everything(self) -> None:
        """As a power cut does, short of the disk's own memory."""
        assert self.server.process
        numbers = [number for part in self.server.processes().values() for number in part]
        for number in (self.server.process.pid, self._database(), *numbers):
            os.kill(number, signal.SIGKILL)
        self.server.process.wait()
        self.server.launch("--processes", "2")


@pytest.fixture
def server() -> Iterator[Installation]:
    with installation(REGULARS_API_RATE="0") as one:
        one.launch("--processes", "2")
        one.wait(lambda: "is ready at" in one.said(), "the server did not start")
        yield one


def key_of(server: Installation) -> str:
    """Of an administrator's making: may do everything."""
    visitor = Visitor(server)
    visitor.ask(server.link())
    assert visitor.ask(server.link(), FORM)[0] == 302
    return visitor.make_key("administrator")


def balance(server: Installation, key: str, member: str) -> int:
    answer = server.ask(f"/api/v1/members/{member}/balances", Authorization=f"Bearer {key}")
    items = json.loads(answer.body)["items"]
    return int(items[0]["available"]) - int(items[0]["owed"]) if items else 0


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(server: Installation) -> None:
    chance = random.Random(SEED)
    key = key_of(server)
    first = Till(server, key, 0, [], chance)
    assert first.send("/units", {"code": "points", "name": "Points", "zone": "UTC"}, named=False)[0] == 201
    for kind, document in TERMS.items():
        asked: dict[str, object] = {"kind": kind, "code": kind, "document": document}
        assert first.send("/programme/terms", asked, named=False)[0] == 201
    members = [str(first.send("/members", {}, named=False)[1]["id"]) for _ in range(MEMBERS)]
    stop = threading.Event()
    tills = [Till(server, key, number, members, random.Random(SEED + number)) for number in range(1, TILLS + 1)]
    threads = [threading.Thread(target=till.work, args=(stop.is_set,)) for till in tills]
    for thread in threads:
        thread.start()
    killer = Killer(server, chance)
    kinds = ("database", "answering", "worker", "session", "web", "database", "answering", "everything")
    try:
        for number in range(KILLS):
            killer.kill(kinds[number % len(kinds)])
        time.sleep(1)
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert [till.failure for till in tills if till.failure] == []
    server.wait_ready()
    assert all(till.posted > 0 for till in tills)
    whole = {member: sum(till.effects[member] for till in tills) for member in members}
    assert {member: balance(server, key, member) for member in members} == whole
    posted, moved = sum(till.posted for till in tills), sum(till.moved for till in tills)
    with psycopg.connect(server.cluster.url()) as connection:
        ask = "SELECT count(*) FROM ledger_transfer WHERE kind IN ('earn', 'spend', 'capture')"
        row = connection.execute(ask).fetchone()
    assert row == (moved,)
    for words in (("ledger", "verify"), ("journal", "verify")):
        command = server.command(*words, "--data", str(server.data), "--json")
        told = subprocess.run(command, capture_output=True, text=True, env=server.known())
        assert told.returncode == 0, told.stdout + told.stderr
    again, replayed = sum(till.again for till in tills), sum(till.replayed for till in tills)
    figures = f"{posted} deeds, killed {dict(killer.killed)}; {again} sent again, {replayed} of them done already"
    sys.stdout.write(f"\n{figures}\n")
