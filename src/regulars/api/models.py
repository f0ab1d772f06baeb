"""Tables of the room; verbs are in `idempotency`, `limits` and `jobs`."""

from django.db import models


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
