"""Bills that came so late that a person looks at them first."""

from django.db import models
from django.db.models import Q


class Review(models.Model):
    """A bill as it was asked; nothing of it is booked until somebody accepts it."""

    id = models.UUIDField(primary_key=True)  # of the sale that comes of it
    organisation = models.UUIDField()
    merchant = models.UUIDField(null=True)
    store = models.UUIDField(null=True)
    member = models.UUIDField(null=True)  # whose card was shown
    asked = models.JSONField()
    told = models.JSONField()
    effective_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    state = models.TextField(default="waiting")  # waiting, accepted, refused
    reason = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(default="")

    class Meta:
        db_table = "programme_review"
        constraints = (
            models.CheckConstraint(
                name="programme_review_state", condition=Q(state__in=("waiting", "accepted", "refused"))
            ),
        )
        indexes = (
            models.Index(fields=["organisation", "id"], name="programme_review_waiting", condition=Q(state="waiting")),
            models.Index(fields=["member"], name="programme_review_member", condition=Q(member__isnull=False)),
        )
