"""The trail: lines that are only ever added. Triggers (see the migration) refuse every change but the sealing."""

from django.db import models
from django.db.models import Q


class Entry(models.Model):
    """One deed. Lines are sealed into a chain soon after they are written; `number` and `seal` are null until then."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_name = models.TextField()
    request_id = models.TextField()
    address = models.TextField()
    what = models.TextField()
    subject = models.TextField()
    merchant = models.TextField()
    store = models.TextField()
    before = models.JSONField()
    after = models.JSONField()
    reason = models.TextField()
    number = models.BigIntegerField(null=True)  # its place in the chain, without gaps
    seal = models.BinaryField(max_length=32, null=True)

    class Meta:
        db_table = "journal_entry"
        indexes = (
            models.Index(fields=["subject", "at", "id"], name="journal_entry_subject", condition=~Q(subject="")),
            models.Index(fields=["actor_id", "at", "id"], name="journal_entry_actor"),
            models.Index(fields=["what", "at", "id"], name="journal_entry_what"),
            models.Index(fields=["store", "at", "id"], name="journal_entry_store", condition=~Q(store="")),
            models.Index(fields=["merchant", "at", "id"], name="journal_entry_merchant", condition=~Q(merchant="")),
            models.Index(fields=["at", "id"], name="journal_entry_at"),
            models.Index(fields=["id"], name="journal_entry_unsealed", condition=Q(number=None)),
        )
        constraints = (
            models.UniqueConstraint(fields=["number"], name="journal_entry_number"),
            models.CheckConstraint(
                condition=Q(number=None, seal=None) | Q(number__isnull=False, seal__isnull=False),
                name="journal_entry_sealed_whole",
            ),
        )


class Chain(models.Model):
    """One row: the head of the chain, which the next line is sealed onto."""

    one = models.BooleanField(primary_key=True, default=True)
    number = models.BigIntegerField()
    seal = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "journal_chain"
        constraints = (models.CheckConstraint(condition=Q(one=True), name="journal_chain_one"),)
