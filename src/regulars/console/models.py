"""Forms that were sent, so that a deed is done once however often its button is pressed; figures that are kept."""

from django.db import models
from django.db.models import Q


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


class SavedView(models.Model):
    """A list as somebody wants to find it again: what its address asks, under a name."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    staff = models.UUIDField()  # whose it is
    page = models.TextField()  # the name of its address
    name = models.TextField()
    query = models.TextField()  # filters, order and columns
    shared = models.BooleanField(default=False)  # with all who may come to the page
    made_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)  # for a while it can be brought back

    class Meta:
        db_table = "console_view"
        indexes = (models.Index(fields=["organisation", "page"], name="console_view_of", condition=Q(dropped_at=None)),)
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "staff", "page", "name"], name="console_view_once", condition=Q(dropped_at=None)
            ),
        )


class Kept(models.Model):
    """A figure over all members, as it was a few minutes ago: see `kept`."""

    pk = models.CompositePrimaryKey("organisation", "name")
    organisation = models.UUIDField()
    name = models.TextField()
    told = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        db_table = "console_kept"
