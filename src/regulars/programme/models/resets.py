"""Balances that were set to zero, and what became of appeals."""

from django.db import models
from django.db.models import Q


class Reset(models.Model):
    """One balance taken, on one activity. States: taken, appealed, given-back, upheld."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField()  # who it was then
    event = models.UUIDField()
    code = models.TextField()
    version = models.UUIDField()
    unit = models.TextField()
    amount = models.BigIntegerField()
    transfer = models.UUIDField()
    taken_at = models.DateTimeField()
    appeal_until = models.DateTimeField()
    state = models.TextField(default="taken")
    appealed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(default="")
    again = models.UUIDField(null=True)  # the transfer that took it anew, after a decision that was taken back
    noticed_at = models.DateTimeField(null=True)  # when the member was written to of it
    answered_at = models.DateTimeField(null=True)  # when the member was written to of what was decided

    class Meta:
        db_table = "programme_reset"
        constraints = (
            models.CheckConstraint(
                condition=Q(state="taken", appealed_at=None, decided_at=None)
                | Q(state="appealed", appealed_at__isnull=False, decided_at=None)
                | Q(state__in=("given-back", "upheld"), decided_at__isnull=False),
                name="programme_reset_state",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="programme_reset_something"),
        )
        indexes = (
            models.Index(fields=["member", "id"], name="programme_reset_of"),
            models.Index(fields=["id"], name="programme_reset_unnoticed", condition=Q(noticed_at=None)),
            models.Index(fields=["organisation", "id"], name="programme_reset_appealed", condition=Q(state="appealed")),
            models.Index(
                fields=["decided_at"],
                name="programme_reset_unanswered",
                condition=Q(decided_at__isnull=False, answered_at=None),
            ),
        )
