"""The trail: lines that are only ever added."""

from django.db import models


class Entry(models.Model):
    """One deed. Lines are sealed into a chain soon after they are written; `seal` is null until then."""

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

    class Meta:
        db_table = "journal_entry"
        indexes = (
            models.Index(fields=["subject", "id"], name="journal_entry_subject"),
            models.Index(fields=["actor_id", "id"], name="journal_entry_actor"),
            models.Index(fields=["what", "id"], name="journal_entry_what"),
            models.Index(fields=["at"], name="journal_entry_at"),
        )
