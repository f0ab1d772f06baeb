"""How messages go out, and what became of them: tables of sending."""

from django.db import models
from django.db.models import Q


class Outgoing(models.Model):
    """A released message that has still to go. The row is taken out when it went, or was given up."""

    id = models.UUIDField(primary_key=True)  # of the message
    organisation = models.UUIDField()
    channel = models.TextField()
    rank = models.SmallIntegerField()  # the higher the sooner; services before everything
    tries = models.SmallIntegerField(default=0)  # begun so far, also by a worker that died over it
    next_at = models.DateTimeField()
    run = models.UUIDField(null=True)  # the print run it was put in

    class Meta:
        db_table = "outreach_outgoing"
        indexes = (
            models.Index("channel", models.F("rank").desc(), "next_at", "tries", name="outreach_outgoing_turn"),
            models.Index(fields=["run"], name="outreach_outgoing_run", condition=Q(run__isnull=False)),
        )


class Happened(models.TextChoices):
    """What happens to a message after the gate let it go."""

    PLANNED = "planned"
    SENT = "sent"  # the mail server, the gateway or the print shop's folder has it
    FAILED = "failed"  # tried again later
    GIVEN_UP = "given-up"
    STOPPED = "stopped"  # the gate took it back before it went
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ANSWERED_STOP = "answered-stop"
    UNSUBSCRIBED = "unsubscribed"  # by the link in it
    REPLIED = "replied"


class MessageEvent(models.Model):
    """One thing that happened to a message. Only ever added."""

    id = models.BigAutoField(primary_key=True)
    message = models.UUIDField()
    what = models.TextField(choices=Happened.choices)
    at = models.DateTimeField()
    why = models.TextField(default="")  # a reason in few words; never an address
    tries = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "outreach_message_event"
        indexes = (models.Index(fields=["message", "id"], name="outreach_message_event_of"),)
        constraints = (
            models.CheckConstraint(condition=Q(what__in=Happened.values), name="outreach_message_event_what"),
        )


class PrintRun(models.Model):
    """Letters that were put into files for the print shop together. The files go after a while; the row stays."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    campaign = models.TextField(default="")
    form = models.TextField(default="")  # pdf, or html where no font has the letters; empty: not written yet
    letters = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outreach_print_run"
        indexes = (models.Index(fields=["organisation", "id"], name="outreach_print_run_of"),)


class Reply(models.Model):
    """What a member wrote back, sealed with the keys of personal values."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    external = models.TextField()  # the gateway's own number: told again it is the same reply
    channel = models.TextField()
    member = models.UUIDField()
    message = models.UUIDField(null=True)  # the newest one that went there before
    meaning = models.TextField()  # stop, balance, or other
    sealed = models.BinaryField()
    key = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "outreach_reply"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "channel", "external"], name="outreach_reply_once"),
        )
        indexes = (
            models.Index(fields=["member", "id"], name="outreach_reply_member"),
            models.Index(fields=["key", "id"], name="outreach_reply_key"),
        )
