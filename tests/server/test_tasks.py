"""What the worker does by the clock: every step is there, repeats until nothing is left, and may do so for nothing."""

import inspect
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app
from prometheus_client.registry import REGISTRY

from regulars.server import tasks

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("step", tasks.STEPS, ids=lambda step: step.name)
def test_a_step_is_a_function_of_a_room_that_takes_the_time(step: tasks.Step) -> None:
    taken = inspect.signature(import_string(step.path)).parameters
    assert "at" in taken
    needed = {name for name, one in taken.items() if one.default is one.empty}
    assert needed <= {"at", "actor"}
    assert app.periodic_registry.periodic_tasks[step.name, step.name].croniter.get_next(float) > 0
    assert app.tasks[step.name].queueing_lock == step.name


@pytest.mark.parametrize("step", tasks.STEPS, ids=lambda step: step.name)
def test_what_comes_again_by_the_clock_is_not_tried_again_under_the_lock_of_its_successor(step: tasks.Step) -> None:
    """A retry goes back into the queue; where the clock has put the next job there, both would be stuck."""
    clock = app.periodic_registry.periodic_tasks[step.name, step.name].croniter
    apart = clock.get_next(float, start_time=AT) - clock.get_prev(float, start_time=AT)
    tries = 4 + 16 + 64 + 256
    assert (app.tasks[step.name].retry_strategy is None) == (apart <= 3600)
    assert apart <= 3600 or apart > 10 * tries


KINDS_OF_THE_WORKER = """
import django
django.setup()
from regulars.server import tasks
for step in tasks.STEPS:
    tasks.doing_of(step)
from regulars.api.jobs import KINDS
print(*sorted(KINDS))
"""


def test_the_worker_knows_every_kind_of_job_that_the_api_takes(tmp_path: Path) -> None:
    """In a process of its own: it serves no address, so nothing else reads the routes there."""
    known = {**os.environ, "REGULARS_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    told = subprocess.run(
        [sys.executable, "-c", KINDS_OF_THE_WORKER], env=known, capture_output=True, text=True, check=True
    )
    assert set(told.stdout.split()) == {"members", "move-in", "purchases", "transfers"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", tasks.STEPS, ids=lambda step: step.name)
def test_a_step_without_work_does_nothing_and_may_be_repeated(step: tasks.Step) -> None:
    tasks.run(step, now=lambda: AT)
    assert tasks.run(step, now=lambda: AT) == 0


def work(*, at: datetime) -> int:
    assert at == AT
    left.pop()
    return len(left)


left: list[int] = []


def test_a_step_is_repeated_until_nothing_is_left_or_it_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "import_string", lambda _: work)
    step = tasks.Step("test.step", "work", "* * * * *", most=3)
    left[:] = range(3)
    assert tasks.run(step, now=lambda: AT) == 2
    left[:] = range(9)
    assert tasks.run(step, now=lambda: AT) == 3
    assert REGISTRY.get_sample_value("regulars_jobs_total", {"job": "test.step", "outcome": "done"}) == 2


def test_a_step_that_fails_is_counted_and_fails_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "import_string", lambda _: work)
    left.clear()
    with pytest.raises(IndexError):
        tasks.run(tasks.Step("test.fails", "work", "* * * * *"), now=lambda: AT)
    assert REGISTRY.get_sample_value("regulars_jobs_total", {"job": "test.fails", "outcome": "failed"}) == 1


def test_what_waits_in_the_queue_can_tell_nothing_of_anybody() -> None:
    """Every job is one of the clock, with a moment as its one argument; rows with people in them are the API's own."""
    ours = {name: task for name, task in app.tasks.items() if "builtin" not in name}
    assert ours.keys() == {step.name for step in tasks.STEPS} | {"server.recover", "server.forget"}
    assert {tuple(inspect.signature(task.func).parameters) for task in ours.values()} == {("timestamp",)}
    root = Path(tasks.__file__).parents[1]
    deferring = re.compile(r"\.(defer|defer_async|batch_defer\w*)\(|into procrastinate_jobs", re.IGNORECASE)
    texts = {path: path.read_text(encoding="utf-8") for path in root.rglob("*.py")}
    found = {path.name: len(deferring.findall(text)) for path, text in texts.items() if deferring.search(text)}
    assert found == {"steps.py": 1}  # a step of the clock begun before its time, by the page of the state
    assert "task.defer(timestamp=int(at.timestamp()))" in texts[root / "server" / "steps.py"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("waits", "left"), [(True, [("todo", None)]), (False, [("todo", "ledger.seal")])])
def test_the_job_of_a_dead_worker_is_done_by_its_successor_or_given_to_another(
    waits: bool, left: list[tuple[str, str | None]]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        [dead] = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status, worker_id)"
            " VALUES ('default', 'ledger.seal', 'ledger.seal', 'ledger.seal', 'doing', %s)",
            [dead],
        )
        if waits:
            app.configure_task("ledger.seal", lock="ledger.seal", queueing_lock="ledger.seal").defer(timestamp=0)
        async_to_sync(tasks.recover.func)(0)
        cursor.execute(
            "SELECT status, CASE WHEN scheduled_at IS NULL THEN NULL ELSE task_name END FROM procrastinate_jobs"
        )
        assert cursor.fetchall() == left
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")
