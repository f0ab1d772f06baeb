"""Cards: ranges of numbers, the cards made from them, and codes that were shown."""

from django.db import models
from django.db.models import Q

from regulars.members.models.people import IdentifierState, Member


class CardRange(models.Model):
    """Numbers of one programme: prefix, serial number, signature, check digit."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    programme = models.TextField()
    name = models.TextField()
    prefix = models.TextField(unique=True)  # digits
    serial_digits = models.SmallIntegerField()
    next_serial = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "members_card_range"
        constraints = (models.CheckConstraint(name="members_card_range_serial", condition=Q(next_serial__gte=0)),)


class CardForm(models.TextChoices):
    PLASTIC = "plastic"
    VIRTUAL = "virtual"


class Card(models.Model):
    """One card. Its number is not here: it is signed with the key, and sealed in its identifier."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    range = models.ForeignKey(CardRange, models.PROTECT, related_name="cards")
    serial = models.BigIntegerField()
    form = models.TextField(choices=CardForm.choices)
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="cards")  # None: blank
    state = models.TextField(choices=IdentifierState.choices, default=IdentifierState.ACTIVE)
    reason = models.TextField(default="")
    level = models.TextField(default="")  # the tier printed on it
    issued_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    replaced_by = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaces")

    class Meta:
        db_table = "members_card"
        constraints = (models.UniqueConstraint(fields=["range", "serial"], name="members_card_serial"),)


class UsedCode(models.Model):
    """A changing code that was shown once: never again. Rows outlive their window by a little and are then dropped."""

    pk = models.CompositePrimaryKey("card_id", "window")
    card = models.ForeignKey(Card, models.PROTECT, related_name="used_codes")
    window = models.BigIntegerField()
    used_at = models.DateTimeField()

    class Meta:
        db_table = "members_used_code"
        indexes = (models.Index(fields=["used_at"], name="members_used_code_at"),)
