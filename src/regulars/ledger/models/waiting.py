"""What is set aside or on its way."""

from django.db import models
from django.db.models import F, Q


class Hold(models.Model):
    """Units set aside for a spend that is not yet certain. Closed once: captured (all or part), voided or lapsed."""

    id = models.UUIDField(primary_key=True)
    account = models.UUIDField()
    owner = models.UUIDField()
    unit = models.TextField()
    amount = models.BigIntegerField()
    placed_at = models.DateTimeField()
    lapses_at = models.DateTimeField()  # cannot be captured from here on, whether the job came by or not
    closed_as = models.TextField(null=True)  # captured, voided, lapsed; null: open
    closed_at = models.DateTimeField(null=True)
    captured = models.BigIntegerField(default=0)
    transfer = models.UUIDField(null=True)  # of the capture
    role = models.TextField(default="redeemed")  # house account that a capture pays
    scope = models.TextField(default="")
    source = models.TextField(default="")
    external_id = models.TextField(default="")
    reason = models.TextField(default="")
    merchant = models.TextField(default="")
    store = models.TextField(default="")
    funder = models.TextField(default="")
    rule = models.TextField(default="")
    shown = models.UUIDField(null=True)  # as in transfers
    details = models.JSONField(null=True)

    class Meta:
        db_table = "ledger_hold"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=0, captured__range=(0, F("amount"))), name="ledger_hold_amounts"
            ),
            models.CheckConstraint(
                condition=Q(closed_as=None, closed_at=None, captured=0)
                | Q(closed_as="captured", closed_at__isnull=False, captured__gt=0, transfer__isnull=False)
                | Q(closed_as__in=("voided", "lapsed"), closed_at__isnull=False, captured=0),
                name="ledger_hold_closed_once",
            ),
            models.CheckConstraint(condition=Q(lapses_at__gt=F("placed_at")), name="ledger_hold_lasts"),
        )
        indexes = (
            models.Index(fields=["owner", "id"], name="ledger_hold_of_owner"),
            models.Index(fields=["account"], name="ledger_hold_open", condition=Q(closed_as=None)),
            models.Index(fields=["lapses_at"], name="ledger_hold_due", condition=Q(closed_as=None)),
        )


class HoldLot(models.Model):
    """How much an open hold keeps, or a closed one kept, of a lot. Only ever added: what came of it is in the hold."""

    pk = models.CompositePrimaryKey("hold", "lot")
    hold = models.UUIDField()
    lot = models.UUIDField()
    account = models.UUIDField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "ledger_hold_lot"
        constraints = (models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_hold_lot_something"),)
        indexes = (models.Index(fields=["account", "lot"], name="ledger_hold_lot_of_account"),)


class Pending(models.Model):
    """An earn on its way: the units lie on the holder's pending account until it is active or cancelled."""

    id = models.UUIDField(primary_key=True)  # the transfer that earned it
    owner = models.UUIDField()
    unit = models.TextField()
    account = models.UUIDField()  # the pending account
    house = models.UUIDField()  # where it came from and goes back to
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()  # not yet cancelled (returns of a part), while pending; of what became active
    state = models.TextField(default="pending")  # pending, active, cancelled
    earned_at = models.DateTimeField()  # effective
    activates_at = models.DateTimeField(null=True)  # becomes active by itself; null: when told
    cancels_at = models.DateTimeField(null=True)  # deadline: cancelled by itself unless active before; null: none
    validity = models.TextField(default="")  # how long it lives once active ("12M@month"); empty: for ever
    expires_at = models.DateTimeField(null=True)  # a fixed date instead, where the rule says so
    settled_at = models.DateTimeField(null=True)  # effective time of becoming active or cancelled
    settled_by = models.UUIDField(null=True)  # that transfer

    class Meta:
        db_table = "ledger_pending"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=0, remaining__range=(0, F("amount"))), name="ledger_pending_amounts"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", settled_at=None)
                | Q(state__in=("active", "cancelled"), settled_at__isnull=False),
                name="ledger_pending_settled_once",
            ),
            models.CheckConstraint(condition=Q(validity="") | Q(expires_at=None), name="ledger_pending_one_end"),
        )
        indexes = (
            models.Index(fields=["owner", "id"], name="ledger_pending_of_owner"),
            models.Index(fields=["activates_at"], name="ledger_pending_active_due", condition=Q(state="pending")),
            models.Index(fields=["cancels_at"], name="ledger_pending_cancel_due", condition=Q(state="pending")),
        )
