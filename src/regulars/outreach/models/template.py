"""What is said and how it leaves the house: tables of templates and channels."""

from django.db import models
from django.db.models import Q


class Template(models.Model):
    """What messages say, as a document kept in versions; this row is the present one."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    code = models.TextField()
    name = models.TextField()
    version = models.IntegerField()
    document = models.JSONField()
    changed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outreach_template"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "code"], name="outreach_template_code"),
            models.CheckConstraint(condition=Q(version__gt=0), name="outreach_template_version_counts"),
        )


class TemplateVersion(models.Model):
    """One version of a template. Added, never changed: a message says for ever by which one it was written."""

    pk = models.CompositePrimaryKey("template", "version")
    template = models.UUIDField()
    version = models.IntegerField()
    name = models.TextField()
    document = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.TextField()

    class Meta:
        db_table = "outreach_template_version"


class ChannelSetting(models.Model):
    """As whom an organisation writes by a channel: sender, where answers go. Secrets are the environment's."""

    pk = models.CompositePrimaryKey("organisation", "channel")
    organisation = models.UUIDField()
    channel = models.TextField()
    document = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "outreach_channel"
