"""What was asked for out of the catalogue of rewards, and what became of it."""

from django.db import models
from django.db.models import Q


class Redemption(models.Model):
    """A reward a member paid for: handed over at once, or waiting to be fulfilled; or cancelled, all given back."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField()  # whose it is now: a root
    own = models.UUIDField()  # whose card was shown
    reward = models.TextField()
    version = models.UUIDField()
    price = models.TextField()  # the code of the price chosen
    count = models.IntegerField()
    unit = models.TextField(default="")
    amount = models.BigIntegerField(default=0)  # of the unit
    currency = models.TextField(default="")
    money = models.BigIntegerField(default=0)  # minor units that the till takes beside
    state = models.TextField()  # reserved, fulfilled, cancelled
    hold = models.UUIDField(null=True)
    transfer = models.UUIDField(null=True)
    paid_by = models.JSONField(default=list)  # where a household pays: member, amount, hold, transfer
    merchant = models.TextField(default="")
    store = models.TextField(default="")
    funder = models.TextField(default="")
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")
    source = models.TextField(default="")
    external_id = models.TextField(default="")
    fingerprint = models.BinaryField(default=b"")
    actor = models.TextField()

    class Meta:
        db_table = "programme_redemption"
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("reserved", "fulfilled", "cancelled")), name="programme_redemption_state"
            ),
            models.CheckConstraint(
                condition=Q(count__gt=0, amount__gte=0, money__gte=0), name="programme_redemption_amounts"
            ),
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"],
                name="programme_redemption_once",
                condition=~Q(source=""),
            ),
        )
        indexes = (
            models.Index(fields=["member", "id"], name="programme_redemption_member"),
            models.Index(fields=["lapses_at"], name="programme_redemption_due", condition=Q(state="reserved")),
        )
