"""What the worker does by the clock: one step of a room after another, each with its own limit.

Each step is a function `sending.NAME(at) -> bool` of its room: it does one thing, in a transaction of its own, and says
whether there was any. A worker that dies in the middle loses nothing: the job is done again, and steps may be repeated.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from asgiref.sync import sync_to_async
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from regulars.server.metrics import JOB_SECONDS, JOBS

log = structlog.stdlib.get_logger("regulars.server.tasks")
AGAIN: Final = RetryStrategy(max_attempts=5, exponential_wait=4)
SILENT: Final = 20.0  # seconds after which a worker without a sign of life has lost its jobs


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of background work of a room."""

    name: str
    path: str  # of the function
    cron: str  # five fields, and a sixth for seconds
    most: int = 100  # repeats of one job: the rest waits for the next, so that none holds the queue
    doing: Callable[[datetime], bool] | None = None


def run(step: Step, *, now: Callable[[], datetime]) -> int:
    """Repeats a step until there is nothing left, or it is enough; says how often there was something."""
    doing = step.doing or import_string(step.path)
    done, begun, outcome = 0, time.perf_counter(), "failed"
    try:
        while done < step.most and doing(now()):
            done += 1
        outcome = "done"
    finally:
        JOBS.labels(step.name, outcome).inc()
        JOB_SECONDS.labels(step.name).observe(time.perf_counter() - begun)
    return done


def register(step: Step) -> None:
    """Puts a step on the clock: never twice at once, and never twice in the queue."""

    @app.periodic(cron=step.cron, periodic_id=step.name)
    @app.task(name=step.name, lock=step.name, queueing_lock=step.name, retry=AGAIN)
    def job(timestamp: int) -> None:
        done = run(step, now=timezone.now)
        if done:
            log.info("step done", step=step.name, times=done)


@app.periodic(cron="*/20 * * * * *", periodic_id="server.recover")
@app.task(name="server.recover", queueing_lock="server.recover")
async def recover(timestamp: int) -> None:
    """Gives jobs of a worker that died to another; at least once is what a job can count on."""
    jobs: Any = app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        if job.task_name != "server.recover":
            await jobs.retry_job(job, retry_at=await sync_to_async(timezone.now)())
            log.info("job of a dead worker given to another", step=job.task_name)


STEPS: Final[tuple[Step, ...]] = ()

for _step in STEPS:
    register(_step)
