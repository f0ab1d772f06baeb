"""Forms that were sent, so that a deed is done once however often its button is pressed; figures that are kept."""

from django.db import models


class Sent(models.Model):
    """A form by the key it carried, and where its sender went on from there. Kept for two days."""

    key = models.UUIDField(primary_key=True)
    staff = models.UUIDField()
    page = models.TextField()  # the name of its address
    went = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "console_sent"
        indexes = (models.Index(fields=["at"], name="console_sent_at"),)


class Kept(models.Model):
    """A figure over all members, as it was a few minutes ago: see `kept`."""

    pk = models.CompositePrimaryKey("organisation", "name")
    organisation = models.UUIDField()
    name = models.TextField()
    told = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        db_table = "console_kept"
