"""Log-ins of members, apart from those of staff. What is kept lets nobody in: texts and codes are keyed digests."""

from django.db import models
from django.db.models import F, Q


class Session(models.Model):
    """A device in which a member is logged in. `member` as they were then; who they are now is asked each time."""

    id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(unique=True)  # of the text in the device's cookie
    member = models.UUIDField()
    organisation = models.UUIDField()
    how = models.TextField()  # email, phone or link
    device = models.TextField(default="")  # what it calls itself, in two words
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # to the hour

    class Meta:
        db_table = "portal_session"
        indexes = (
            models.Index(fields=["member"], name="portal_session_member"),
            models.Index(fields=["seen_at"], name="portal_session_seen"),
        )


class Code(models.Model):
    """A code that somebody asked for, whether their address is known here or not: the row looks alike."""

    id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(unique=True)  # of the text in the cookie of whoever asked
    organisation = models.UUIDField()
    kind = models.TextField()  # email or phone
    address = models.BinaryField(null=True)  # sealed, until the worker has looked whose it is
    key = models.SmallIntegerField(null=True)  # the generation it is sealed with
    blind = models.BinaryField()  # of the address: how often it was asked for
    language = models.TextField()  # of the page that was looked at
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)  # when the worker looked; of nobody's addresses too
    member = models.UUIDField(null=True)
    identifier = models.UUIDField(null=True)
    code = models.BinaryField(null=True)  # keyed digest
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "portal_code"
        indexes = (
            models.Index(fields=["blind", "asked_at"], name="portal_code_blind"),
            models.Index(fields=["asked_at"], name="portal_code_unsent", condition=Q(sent_at=None)),
            models.Index(fields=["expires_at"], name="portal_code_expires"),
            models.Index(fields=["member"], name="portal_code_member"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("asked_at")), name="portal_code_expires_later"),
            models.CheckConstraint(
                condition=Q(address=None, key=None) | Q(address__isnull=False, key__isnull=False, sent_at=None),
                name="portal_code_address_goes",
            ),
        )


class Link(models.Model):
    """A link by which one member logs in once, made by somebody who helps them."""

    id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(unique=True)
    member = models.UUIDField()
    organisation = models.UUIDField()
    actor = models.TextField()  # who made it
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "portal_link"
        indexes = (
            models.Index(fields=["member"], name="portal_link_member"),
            models.Index(fields=["expires_at"], name="portal_link_expires"),
        )
