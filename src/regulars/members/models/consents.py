"""What members agreed to: each word of it, and what holds now."""

from django.db import models
from django.db.models import Q

from regulars.members.models.people import Member


class Wording(models.Model):
    """The text somebody agreed to, in one version. Never changed (a trigger refuses): a new text is a new version."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    purpose = models.TextField()
    language = models.TextField()
    version = models.TextField()
    text = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "members_wording"
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "purpose", "language", "version"], name="members_wording_version"
            ),
        )


class Consent(models.Model):
    """One yes or no for a channel and a purpose, with its proof. Only ever added to (a trigger refuses change)."""

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="consents")
    channel = models.TextField()  # email, sms, phone, post, app, any …
    purpose = models.TextField()  # marketing, profiling, partners …
    given = models.BooleanField()
    wording = models.ForeignKey(Wording, models.PROTECT, null=True, related_name="consents")  # of a yes, always
    source = models.TextField()  # the form, till or page it came by
    actor = models.TextField()
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "members_consent"
        indexes = (models.Index(fields=["member", "channel", "purpose"], name="members_consent_history"),)
        constraints = (
            models.CheckConstraint(
                name="members_consent_yes_to_words", condition=Q(given=False) | Q(wording__isnull=False)
            ),
        )


class Permission(models.Model):
    """What holds now for a member, channel and purpose: the latest consent's answer."""

    pk = models.CompositePrimaryKey("member_id", "channel", "purpose")
    member = models.ForeignKey(Member, models.PROTECT, related_name="permissions")
    channel = models.TextField()
    purpose = models.TextField()
    given = models.BooleanField()
    effective_at = models.DateTimeField()

    class Meta:
        db_table = "members_permission"
        indexes = (models.Index(fields=["channel", "purpose", "member"], name="members_permission_of"),)
