"""What was given on the spot to put things right, by whom, in which role and why."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Goodwill(models.Model):
    """One deed. Above the limit it waits for a second person: the ledger's adjustment tells what became of it."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField()  # who was meant then
    shown = models.UUIDField()
    role = models.TextField()
    person = models.TextField()  # typed id: of staff, or of a key that is nobody's own
    unit = models.TextField(default="")
    series = models.TextField(default="")
    amount = models.BigIntegerField()
    reason = models.TextField()
    note = models.TextField(default="")  # blanked when the member is erased
    merchant = models.TextField(default="")  # typed ids
    store = models.TextField(default="")
    transfer = models.UUIDField(null=True)
    adjustment = models.UUIDField(null=True)
    coupons = ArrayField(models.UUIDField(), default=list)
    cause = models.TextField(default="")  # typed id of what it was given out of: a case
    given_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)  # by whoever gave it

    class Meta:
        db_table = "programme_goodwill"
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="programme_goodwill_something"),
            models.CheckConstraint(condition=Q(unit="") ^ Q(series=""), name="programme_goodwill_units_or_coupons"),
        )
        indexes = (
            models.Index(fields=["organisation", "given_at"], name="programme_goodwill_report"),
            models.Index(fields=["shown"], name="programme_goodwill_shown"),
        )
