"""Who is meant: tables of audiences."""

from django.db import models
from django.db.models import Q


class Audience(models.Model):
    """Who is meant, as conditions kept in versions; this row is the present one. It belongs to an organisation, a
    merchant or a store: who has the right there sees it, and it knows only what happened there."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    merchant = models.UUIDField(null=True)
    store = models.UUIDField(null=True)
    code = models.TextField()
    name = models.TextField()
    version = models.IntegerField()
    document = models.JSONField()
    changed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)  # when who entered and who left was last written down
    compared_version = models.IntegerField(null=True)
    inside = models.IntegerField(null=True)  # how many were in it then

    class Meta:
        db_table = "outreach_audience"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "code"], name="outreach_audience_code"),
            models.CheckConstraint(
                condition=Q(store=None) | Q(merchant__isnull=False), name="outreach_audience_store_in_merchant"
            ),
            models.CheckConstraint(condition=Q(version__gt=0), name="outreach_audience_version_counts"),
        )


class AudienceVersion(models.Model):
    """One version of an audience. Added, never changed."""

    pk = models.CompositePrimaryKey("audience", "version")
    audience = models.UUIDField()
    version = models.IntegerField()
    name = models.TextField()
    document = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.TextField()

    class Meta:
        db_table = "outreach_audience_version"


class AudienceMember(models.Model):
    """Who was in an audience when it was last compared, and since when."""

    pk = models.CompositePrimaryKey("audience", "member")
    audience = models.UUIDField()
    member = models.UUIDField()  # a root then
    since = models.DateTimeField()

    class Meta:
        db_table = "outreach_audience_member"
        indexes = (models.Index(fields=["member"], name="outreach_audience_member_of"),)


class AudienceChange(models.Model):
    """Somebody entered an audience or left it, as a comparison found. Only ever added."""

    id = models.BigAutoField(primary_key=True)
    audience = models.UUIDField()
    member = models.UUIDField()
    entered = models.BooleanField()
    version = models.IntegerField()  # of the conditions that said so
    at = models.DateTimeField()

    class Meta:
        db_table = "outreach_audience_change"
        indexes = (
            models.Index(fields=["audience", "id"], name="outreach_audience_change_of"),
            models.Index(fields=["member"], name="outreach_audience_change_whose"),
        )
