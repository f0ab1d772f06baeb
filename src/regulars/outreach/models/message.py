"""What is sent, and what may not be: tables of the gate."""

from django.db import models
from django.db.models import Q


class Policy(models.Model):
    """How an organisation reaches its members: when it is quiet, how often, and who gets nothing at all."""

    organisation = models.UUIDField(primary_key=True)
    document = models.JSONField()
    secret = models.BinaryField(max_length=32)  # draws holdouts; never changed, never shown
    began_on = models.DateField()  # from when periods of the holdout are counted
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "outreach_policy"


class Suppression(models.Model):
    """An address, or a member by a channel without one, to which nothing is sent any more. Ended, never deleted.

    The address is known by its row and by its keyed digest: who gives the same address again is not reached by it.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    channel = models.TextField()
    member = models.UUIDField(null=True)  # of a channel that has no address of its own; None: by address
    identifier = models.UUIDField(null=True)
    blind = models.BinaryField(null=True)
    why = models.TextField()  # gate.words.Blocked
    message = models.UUIDField(null=True)  # the one that came back
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outreach_suppression"
        constraints = (
            models.CheckConstraint(
                condition=Q(member__isnull=True, identifier__isnull=False, blind__isnull=False)
                | Q(member__isnull=False, identifier__isnull=True, blind__isnull=True),
                name="outreach_suppression_of_one",
            ),
            models.UniqueConstraint(
                fields=["organisation", "channel", "identifier"],
                name="outreach_suppression_once",
                condition=Q(ended_at=None, identifier__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["organisation", "channel", "member"],
                name="outreach_suppression_member_once",
                condition=Q(ended_at=None, member__isnull=False),
            ),
        )
        indexes = (
            models.Index(
                fields=["blind"], name="outreach_suppression_blind", condition=Q(ended_at=None, blind__isnull=False)
            ),
        )


class Recipient(models.Model):
    """A row to lock while it is decided what a member gets: two who ask at once do not both take the last place."""

    member = models.UUIDField(primary_key=True)

    class Meta:
        db_table = "outreach_recipient"


class MessageState(models.TextChoices):
    RELEASED = "released"  # it may go, and counts
    WAITING = "waiting"  # not before `again_at`
    HELD = "held"  # it does not go
    RETURNED = "returned"  # it bounced, or its reader complained or said stop


class Message(models.Model):
    """A message that somebody asked for, and what the gate said last. Its key is asked once."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    key = models.TextField()
    member = models.UUIDField()  # whom it is for, as asked; reading goes by root
    channel = models.TextField()
    purpose = models.TextField(default="")
    service = models.TextField(default="")  # gate.words.Service; empty: marketing
    campaign = models.TextField(default="")
    holdout_share = models.IntegerField(default=0)  # of the campaign
    priority = models.SmallIntegerField(default=0)
    template = models.TextField(default="")  # empty: whoever asked sends it themselves
    version = models.IntegerField(default=0)  # of the template
    identifier = models.UUIDField(null=True)  # the address it may go to
    state = models.TextField(choices=MessageState.choices)
    why = models.TextField(default="")
    again_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "outreach_message"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "key"], name="outreach_message_key"),
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="outreach_message_state"),
            models.CheckConstraint(
                condition=Q(service="") | Q(campaign="", holdout_share=0), name="outreach_message_service_no_campaign"
            ),
            models.CheckConstraint(condition=~Q(service="", purpose=""), name="outreach_message_has_purpose"),
            models.CheckConstraint(
                condition=Q(template="", version=0) | (~Q(template="") & Q(version__gt=0)),
                name="outreach_message_version_of_template",
            ),
        )
        indexes = (
            models.Index(
                fields=["member", "decided_at"],
                name="outreach_message_counts",
                condition=Q(state__in=["released", "returned"], service=""),
            ),
            models.Index(fields=["member", "id"], name="outreach_message_member"),
            models.Index(
                fields=["organisation", "campaign", "state"],
                name="outreach_message_campaign",
                condition=~Q(campaign=""),
            ),
            models.Index(
                fields=["again_at"], name="outreach_message_again", condition=Q(state="waiting") & ~Q(template="")
            ),
        )


class Content(models.Model):
    """What a message's template is told besides the facts, sealed with the keys of personal values."""

    id = models.UUIDField(primary_key=True)  # of the message
    sealed = models.BinaryField()
    key = models.SmallIntegerField()

    class Meta:
        db_table = "outreach_content"
        indexes = (models.Index(fields=["key", "id"], name="outreach_content_key"),)
