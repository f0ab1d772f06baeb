"""Terms that are not published yet, with what past purchases would have cost under them."""

from django.db import models
from django.db.models import Q


class PreviewState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


_UNDER_WAY = (PreviewState.WAITING, PreviewState.RUNNING)


class Preview(models.Model):
    """A draft, and the replay of the purchases of some days under it and under the terms of then. The document stays as
    it was asked; the replay may be asked again, over other days too."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    kind = models.TextField()
    code = models.TextField()
    document = models.JSONField()
    first_on = models.DateField()  # both days included, on the organisation's clock
    last_on = models.DateField()
    state = models.TextField(choices=PreviewState.choices, default=PreviewState.WAITING)
    actor = models.TextField()  # who asked
    actor_name = models.TextField(default="")
    made_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stop_at = models.DateTimeField(null=True)  # somebody asked for an end
    tries = models.SmallIntegerField(default=0)  # how often a worker took it up
    claim = models.UUIDField(null=True)  # of the worker that has it
    part = models.BigIntegerField(default=0)  # purchases looked at, of `whole`
    whole = models.BigIntegerField(default=0)
    told = models.JSONField(default=dict)  # the answer: see previews.adding
    version = models.UUIDField(null=True)  # what was published of it

    class Meta:
        db_table = "programme_preview"
        indexes = (
            models.Index(fields=["organisation", "kind", "code", "-id"], name="programme_preview_of"),
            models.Index(fields=["asked_at"], name="programme_preview_open", condition=Q(state__in=_UNDER_WAY)),
        )
        constraints = (
            models.CheckConstraint(name="programme_preview_state", condition=Q(state__in=PreviewState.values)),
            models.CheckConstraint(name="programme_preview_days", condition=Q(last_on__gte=models.F("first_on"))),
        )


class PreviewMember(models.Model):
    """What a draft would have been to one member. `size`: how much more or less, for the order alone: parts of a minor
    unit, or units where these are worth nothing."""

    pk = models.CompositePrimaryKey("preview", "member")
    preview = models.UUIDField()
    member = models.UUIDField()  # who it was then
    side = models.SmallIntegerField()  # 1: more, -1: less, 0: the same
    size = models.DecimalField(max_digits=60, decimal_places=0)
    bills = models.IntegerField()
    told = models.JSONField(default=dict)  # "units" by code and "cost" by currency: before, after

    class Meta:
        db_table = "programme_preview_member"
        indexes = (
            models.Index(fields=["preview", "side", "-size", "member"], name="programme_preview_member_by"),
            models.Index(fields=["member"], name="programme_preview_member_of"),
        )
        constraints = (models.CheckConstraint(name="programme_preview_member_side", condition=Q(side__in=(-1, 0, 1))),)
