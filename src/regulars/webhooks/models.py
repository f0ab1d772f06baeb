"""Tables of webhooks; verbs are in `services`, jobs in `matching`, `resending` and `delivering`."""

from django.db import models
from django.db.models import Q


class WhyOff(models.TextChoices):
    ASKED = "asked"
    FAILING = "failing"  # days of nothing but failures
    GONE = "gone"  # the receiver answered 410


class Endpoint(models.Model):
    """An address of an organisation, and which events it hears of, perhaps of one merchant or store alone."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    merchant = models.UUIDField(null=True)
    store = models.UUIDField(null=True)
    address = models.TextField()
    description = models.TextField()
    kinds = models.JSONField()  # patterns, as `kinds` has them
    is_on = models.BooleanField(default=True)
    why_off = models.TextField(choices=WhyOff.choices, default="", blank=True)
    heard_from = models.DateTimeField()  # what happened before it was switched on is not sent, unless asked for
    failing_since = models.DateTimeField(null=True)  # of tries in a row; None after one that was taken
    failures = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)  # a job removes it with its deliveries

    class Meta:
        db_table = "api_endpoint"
        app_label = "api"
        constraints = (
            models.CheckConstraint(name="api_endpoint_place", condition=Q(store=None) | Q(merchant__isnull=False)),
            models.CheckConstraint(name="api_endpoint_why", condition=Q(is_on=True, why_off="") | Q(is_on=False)),
        )
        indexes = (models.Index(fields=["organisation", "id"], name="api_endpoint_home"),)


class EndpointSecret(models.Model):
    """What an endpoint's messages are signed with; two while it is rotated. Unreadable without the installation's."""

    id = models.BigAutoField(primary_key=True)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="secrets")
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_endpoint_secret"
        app_label = "api"


class Feed(models.Model):
    """One row: up to which sealed line of the journal deliveries were made."""

    one = models.BooleanField(primary_key=True, default=True)
    number = models.BigIntegerField()

    class Meta:
        db_table = "api_feed"
        app_label = "api"
        constraints = (models.CheckConstraint(condition=Q(one=True), name="api_feed_one"),)


class Delivery(models.Model):
    """One event to one endpoint. What it says is in the journal; here is how far it has come."""

    id = models.UUIDField(primary_key=True)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    event = models.UUIDField()
    what = models.TextField()
    number = models.BigIntegerField(null=True)  # of the line; None of a ping
    happened_at = models.DateTimeField()
    made_at = models.DateTimeField()
    state = models.TextField(default="waiting")  # waiting, delivered, failed
    tries = models.IntegerField(default=0)  # of this round: a resend begins a new one
    next_at = models.DateTimeField(null=True)  # None once it has ended
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_delivery"
        app_label = "api"
        constraints = (
            models.UniqueConstraint(fields=["endpoint", "event"], name="api_delivery_once"),
            models.CheckConstraint(
                name="api_delivery_state",
                condition=Q(state="waiting", next_at__isnull=False, ended_at=None)
                | Q(state__in=["delivered", "failed"], next_at=None, ended_at__isnull=False),
            ),
        )
        indexes = (
            models.Index(
                fields=["endpoint", "next_at", "id"], name="api_delivery_due", condition=Q(next_at__isnull=False)
            ),
            models.Index(fields=["endpoint", "id"], name="api_delivery_log"),
            models.Index(fields=["ended_at"], name="api_delivery_old", condition=Q(ended_at__isnull=False)),
        )


class Attempt(models.Model):
    """One try of a delivery, and what came of it."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    status = models.IntegerField(null=True)  # of HTTP; None where there was no answer
    milliseconds = models.IntegerField()
    answer = models.TextField()  # how it began
    problem = models.TextField()  # why there was none

    class Meta:
        db_table = "api_attempt"
        app_label = "api"


class Resend(models.Model):
    """The wish that an endpoint hears again, from a line of the journal on; gone once it was done."""

    id = models.UUIDField(primary_key=True)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="resends")
    since = models.DateTimeField()
    number = models.BigIntegerField()  # the last line that was looked at
    until = models.BigIntegerField()
    only_missed = models.BooleanField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "api_resend"
        app_label = "api"
