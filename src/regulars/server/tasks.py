"""What the worker does by the clock: one step of a room after another, each with its own limit.

Each step is a function of its room that does one batch, in a transaction of its own, and says how much there was. It
takes `at`, and `actor` where it writes in the journal. A worker that dies in the middle loses nothing: the job is done
again, and every step may be repeated.
"""

import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from asgiref.sync import sync_to_async
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from regulars.journal.moves import Actor
from regulars.server.metrics import JOB_SECONDS, JOBS
from regulars.server.steps import Noting

log = structlog.stdlib.get_logger("regulars.server.tasks")
AGAIN: Final = RetryStrategy(max_attempts=5, exponential_wait=4)
KEPT: Final = 48  # hours for which jobs that failed are kept
SILENT: Final = 20.0  # seconds after which a worker without a sign of life has lost its jobs


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of background work of a room."""

    name: str
    path: str  # of the function
    cron: str  # five fields, and a sixth for seconds
    most: int = 100  # batches of one job: the rest waits for the next, so that none holds the queue

    @property
    def again(self) -> RetryStrategy | bool:
        """How a job that failed is tried again. One that the clock brings again within the hour is not: its successor
        waits in the queue under the same lock, the retry would meet it there, and both would stand still for ever."""
        return AGAIN if self.cron.split()[1].isdigit() else False


def run(step: Step, *, now: Callable[[], datetime]) -> int:
    """Repeats a step until there is nothing left, or it is enough; says how many batches there were."""
    doing = doing_of(step)
    done, begun, outcome = 0, time.perf_counter(), "failed"
    try:
        while done < step.most and doing(now()):
            done += 1
        outcome = "done"
    finally:
        JOBS.labels(step.name, outcome).inc()
        JOB_SECONDS.labels(step.name).observe(time.perf_counter() - begun)
    return done


def doing_of(step: Step) -> Callable[[datetime], int]:
    """The function of the room, with the name of the job as the actor where it wants one."""
    found = import_string(step.path)
    if "actor" in inspect.signature(found).parameters:
        found = partial(found, actor=Actor.job(step.name))

    def counted(at: datetime) -> int:
        done = found(at=at)
        return done if isinstance(done, int) else 0  # a step that says more than a number looks after its own rest

    return counted


def register(step: Step) -> None:
    """Puts a step on the clock: never twice at once, and never twice in the queue."""

    @app.periodic(cron=step.cron, periodic_id=step.name)
    @app.task(name=step.name, lock=step.name, queueing_lock=step.name, retry=step.again)
    def job(timestamp: int) -> None:
        with Noting(step.name):
            done = run(step, now=timezone.now)
        if done:
            log.info("step done", step=step.name, times=done)


@app.periodic(cron="* * * * * */20", periodic_id="server.recover")
@app.task(name="server.recover", queueing_lock="server.recover")
async def recover(timestamp: int) -> None:
    """Gives jobs of a worker that died to another; at least once is what a job can count on."""
    jobs: Any = app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        if job.task_name == "server.recover":
            continue
        try:
            await jobs.retry_job(job, retry_at=await sync_to_async(timezone.now)())
        except UniqueViolation:  # its successor waits in the queue, and does what it left undone
            await jobs.finish_job(job, status=Status.FAILED, delete_job=True)
        log.info("job of a dead worker given to another", step=job.task_name)


@app.periodic(cron="27 * * * *", periodic_id="server.forget")
@app.task(name="server.forget", queueing_lock="server.forget")
async def forget(timestamp: int) -> None:
    """Takes out jobs that failed long ago: the log tells of them, and the clock has brought many others since."""
    jobs: Any = app.job_manager
    await jobs.delete_old_jobs(nb_hours=KEPT, include_failed=True)


# The sixth field of the clock is seconds.
STEPS: Final[tuple[Step, ...]] = (
    Step("journal.seal", "regulars.journal.sending.seal_due", "* * * * * */5"),
    Step("ledger.seal", "regulars.ledger.sending.seal_due", "* * * * * */5", most=1),
    Step("ledger.watch", "regulars.ledger.held_up.watch_held_up", "* * * * *", most=1),
    Step("ledger.expire", "regulars.ledger.services.expiry.expire_due", "* * * * *"),
    Step("ledger.lapse", "regulars.ledger.services.holds.lapse_due", "* * * * * */15"),
    Step("ledger.settle", "regulars.ledger.services.pendings.settle_due", "* * * * *"),
    Step("ledger.thaw", "regulars.ledger.services.freezes.thaw_due", "* * * * *"),
    Step("ledger.sum", "regulars.ledger.sending.sum_due", "* * * * * */10"),
    Step("ledger.close", "regulars.ledger.sending.close_due", "*/10 * * * *"),
    Step("journal.check", "regulars.journal.sending.check", "41 3 * * *", most=1),
    Step("access.watch", "regulars.access.alerts.watching.watch", "* * * * *", most=1),
    Step("access.tell", "regulars.access.alerts.sending.send_due", "* * * * * */30"),
    Step("access.sweep", "regulars.access.services.sessions.sweep", "17 * * * *", most=1),
    Step("members.forget_codes", "regulars.members.sending.forget_codes", "*/10 * * * *", most=1),
    Step("members.keep_to_periods", "regulars.members.sending.keep_to_periods", "23 * * * *"),
    Step("members.forget_new_ways", "regulars.members.sending.forget_new_ways", "37 3 * * *", most=1),
    Step("members.finish_lakes", "regulars.members.erasing.finish_lakes", "*/5 * * * *", most=1),
    Step("sales.lapse", "regulars.programme.checkout.ending.lapse_due", "* * * * * */15"),
    Step("sales.days", "regulars.sales.kept.keep_due", "*/5 * * * *", most=1),
    Step("sales.into_lake", "regulars.sales.sending.into_lake", "7 2 * * *"),
    Step("scores.run", "regulars.scorebook.sending.run_due", "* * * * * */5"),
    Step("coupons.lapse", "regulars.programme.services.coupons_using.lapse_due", "* * * * * */15"),
    Step("coupons.expire", "regulars.programme.services.coupons.expire_due", "*/10 * * * *"),
    Step("coupons.hand_over", "regulars.programme.services.coupons_handing.hand_over_due", "* * * * *"),
    Step("programme.days", "regulars.programme.sending.earn_on_days", "*/5 * * * *"),
    Step("programme.preview", "regulars.programme.previews.working.work_due", "* * * * * */3"),
    Step("programme.miss", "regulars.programme.challenges.opting.miss_due", "*/10 * * * *"),
    Step("tiers.begin", "regulars.programme.services.reviewing.begin_due", "* * * * *"),
    Step("tiers.review", "regulars.programme.services.reviewing.review_due", "* * * * *"),
    Step("tiers.bring", "regulars.programme.services.level_coupons.renew_due", "11 * * * *"),
    Step("rewards.lapse", "regulars.programme.services.rewards.lapse_due", "* * * * *"),
    Step("programme.move_out", "regulars.programme.moving.undoing.undo_due", "* * * * * */15"),
    Step("care.late", "regulars.care.sending.tell_late", "* * * * *"),
    Step("imports.run", "regulars.imports.sending.run_due", "* * * * * */2", most=1),
    Step("imports.forget", "regulars.imports.sending.forget_due", "33 * * * *"),
    Step("imports.measure", "regulars.imports.quality.measure_due", "* * * * *", most=20),
    Step("campaigns.work", "regulars.outreach.campaigns.working.work_due", "* * * * * */5", most=1_000),
    Step("campaigns.reckon", "regulars.outreach.campaigns.working.measure_due", "19 * * * *"),
    Step("audiences.compare", "regulars.outreach.sending.compare_due", "13 * * * *"),
    Step("portal.codes", "regulars.portal.services.codes.send_due", "* * * * * */3"),
    Step("portal.ways", "regulars.portal.services.ways.tell_due", "* * * * * */10"),
    Step("portal.forget", "regulars.portal.sending.forget", "51 3 * * *", most=1),
    Step("messages.late_bills", "regulars.outreach.sending.tell_late_bills", "* * * * * */15"),
    Step("messages.mail", "regulars.outreach.sending.send_mail", "* * * * * */3"),
    Step("messages.texts", "regulars.outreach.sending.send_texts", "* * * * * */3"),
    Step("messages.letters", "regulars.outreach.sending.print_letters", "*/5 * * * *"),
    Step("messages.sweep", "regulars.outreach.sending.sweep_files", "29 4 * * *", most=1),
    Step("messages.ask", "regulars.outreach.sending.ask_waiting", "* * * * * */30"),
    Step("api.jobs", "regulars.api.sending.work", "* * * * * */5"),
    Step("api.prune", "regulars.api.idempotency.prune", "37 * * * *"),
    Step("console.keep", "regulars.console.kept.keep_due", "*/5 * * * *", most=1),
    Step("console.sweep", "regulars.console.once.sweep", "43 3 * * *"),
    Step("console.views", "regulars.console.saved.sweep", "45 3 * * *", most=1),
    Step("webhooks.match", "regulars.webhooks.matching.match_due", "* * * * * */5"),
    Step("webhooks.resend", "regulars.webhooks.resending.resend_due", "* * * * * */5"),
    Step("webhooks.deliver", "regulars.webhooks.delivering.deliver_due", "* * * * * */5"),
    Step("webhooks.retry", "regulars.webhooks.delivering.retry_due", "* * * * * */5"),
    Step("webhooks.prune", "regulars.webhooks.services.prune", "47 * * * *"),
)

for _step in STEPS:
    register(_step)
