"""Rates, freezes and manual adjustments: why the books say what they say."""

from django.db import models
from django.db.models import F, Q


class Rate(models.Model):
    """What one unit is worth in another, from a moment on: x numerator / denominator, floored. Only ever added."""

    id = models.BigAutoField(primary_key=True)
    from_unit = models.TextField()
    to_unit = models.TextField()
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    since = models.DateTimeField()

    class Meta:
        db_table = "ledger_rate"
        constraints = (
            models.CheckConstraint(condition=Q(numerator__gt=0, denominator__gt=0), name="ledger_rate_above_nothing"),
            models.CheckConstraint(condition=~Q(from_unit=F("to_unit")), name="ledger_rate_two_units"),
            models.UniqueConstraint(fields=["from_unit", "to_unit", "since"], name="ledger_rate_one_at_a_time"),
        )


class Freeze(models.Model):
    """Why a holder may not spend, earn or log in. The accounts carry what tills ask for; this is the story."""

    id = models.UUIDField(primary_key=True)
    owner = models.UUIDField()
    level = models.TextField()  # words.Level
    reason = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()  # words.FOREVER: until lifted
    pauses_expiry = models.BooleanField(default=False)
    by = models.TextField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_freeze"
        constraints = (
            models.UniqueConstraint(
                fields=["owner", "level"], condition=Q(lifted_at=None), name="ledger_freeze_one_a_level"
            ),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="ledger_freeze_lasts"),
        )
        indexes = (models.Index(fields=["until"], name="ledger_freeze_due", condition=Q(lifted_at=None)),)


class Adjustment(models.Model):
    """A manual correction: who asked and why, who approved, and the transfer that came of it."""

    id = models.UUIDField(primary_key=True)
    owner = models.UUIDField()
    unit = models.TextField()
    amount = models.BigIntegerField()  # below nothing: taken away
    reason = models.TextField()  # a code
    note = models.TextField()  # free text; blanked when the holder is erased
    expires_at = models.DateTimeField(null=True)  # of what is given
    state = models.TextField()  # asked, posted, refused
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    decided_by = models.TextField(default="")  # the second person; empty where none was needed
    decided_at = models.DateTimeField(null=True)
    transfer = models.UUIDField(null=True)

    class Meta:
        db_table = "ledger_adjustment"
        constraints = (
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_adjustment_something"),
            models.CheckConstraint(condition=~Q(asked_by=F("decided_by")), name="ledger_adjustment_two_people"),
            models.CheckConstraint(
                condition=Q(state="posted", transfer__isnull=False) | Q(state__in=("asked", "refused"), transfer=None),
                name="ledger_adjustment_posted_has_transfer",
            ),
        )
        indexes = (models.Index(fields=["owner", "id"], name="ledger_adjustment_of_owner"),)
