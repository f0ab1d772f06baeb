"""Tables of the room; verbs are in `idempotency`, `limits` and `jobs`, and those of webhooks in `webhooks`."""

from django.db import models

from regulars.webhooks.models import Attempt, Delivery, Endpoint, EndpointSecret, Feed, Resend

__all__ = (
    "Answer",
    "Attempt",
    "Budget",
    "Delivery",
    "Endpoint",
    "EndpointSecret",
    "Feed",
    "Job",
    "JobRow",
    "JobState",
    "Resend",
)


class Answer(models.Model):
    """What a keyed request was answered, kept in the transaction of its effect, to be given again.

    Key, request and answer are unreadable without the installation's secret: a stolen table names nobody.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField()  # the API key that asked
    mark = models.BinaryField(max_length=32)  # keyed hash of the Idempotency-Key
    fingerprint = models.BinaryField(max_length=32)  # keyed hash of method, address and body
    status = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()  # headers and body, encrypted; empty once the person it is about was erased
    about = models.UUIDField(null=True)  # the member the answer tells about
    at = models.DateTimeField()

    class Meta:
        db_table = "api_answer"
        constraints = (models.UniqueConstraint(fields=["key", "mark"], name="api_answer_once"),)
        indexes = (
            models.Index(fields=["at"], name="api_answer_at"),
            models.Index(fields=["about"], name="api_answer_about", condition=models.Q(about__isnull=False)),
        )


class Budget(models.Model):
    """How many requests a key may send at once: refilled as time passes. Unlogged: after a crash all begin full."""

    key = models.UUIDField(primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        db_table = "api_budget"


class JobState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"  # the key that asked may not do it any more


class Job(models.Model):
    """Many rows to be done in the background, under a name that the caller chose: a lost answer is found again."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField()  # the API key that asked
    name = models.TextField()
    kind = models.TextField()  # transfers, members
    fingerprint = models.BinaryField(max_length=32)
    state = models.TextField(choices=JobState.choices, default=JobState.WAITING)
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    code = models.TextField(default="")  # why the job as a whole was refused
    detail = models.TextField(default="")
    organisation = models.UUIDField()
    actor = models.JSONField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_job"
        constraints = (
            models.UniqueConstraint(fields=["key", "name"], name="api_job_once"),
            models.CheckConstraint(name="api_job_state", condition=models.Q(state__in=JobState.values)),
            models.CheckConstraint(name="api_job_counts", condition=models.Q(done__gte=0, refused__gte=0, total__gt=0)),
        )
        indexes = (models.Index(fields=["made_at"], name="api_job_open", condition=models.Q(ended_at=None)),)


class JobRow(models.Model):
    """One row of a job. What it asks is encrypted, and removed once it is done."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, models.CASCADE, related_name="rows")
    number = models.IntegerField()  # from 1, in the order sent
    sealed = models.BinaryField()  # empty once it was done, or the person it is about was erased
    state = models.TextField(default="waiting")  # waiting, done, refused
    result = models.TextField(default="")  # typed id of what was made
    code = models.TextField(default="")  # of the refusal
    detail = models.TextField(default="")

    class Meta:
        db_table = "api_job_row"
        constraints = (
            models.UniqueConstraint(fields=["job", "number"], name="api_job_row_once"),
            models.CheckConstraint(
                name="api_job_row_state", condition=models.Q(state__in=["waiting", "done", "refused"])
            ),
        )
        indexes = (
            models.Index(fields=["job", "number"], name="api_job_row_open", condition=models.Q(state="waiting")),
            models.Index(fields=["job", "number"], name="api_job_row_refused", condition=models.Q(state="refused")),
        )
