"""Fields of one's own, tags, notes, marks, how long things are kept, and which keys are in use."""

from django.db import models
from django.db.models import Q

from regulars.members.models.people import Member


class FieldKind(models.TextChoices):
    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"  # kept as text, digit by digit
    DAY = "day"
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"


class Field(models.Model):
    """A kind of fact that an organisation keeps besides the built-in ones; preferences are fields too."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    name = models.TextField()
    label = models.TextField()
    kind = models.TextField(choices=FieldKind.choices)
    choices = models.JSONField(default=list)
    is_preference = models.BooleanField(default=False)
    is_personal = models.BooleanField(default=False)  # sealed at rest
    length_max = models.IntegerField(default=200)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_field"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "name"], name="members_field_name"),
            models.CheckConstraint(name="members_field_kind", condition=Q(kind__in=FieldKind.values)),
        )


class Tag(models.Model):
    """A word a member is labelled with."""

    pk = models.CompositePrimaryKey("member_id", "tag")
    member = models.ForeignKey(Member, models.PROTECT, related_name="tags")
    tag = models.TextField()
    source = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "members_tag"
        indexes = (models.Index(fields=["tag", "member"], name="members_tag_tag"),)


class Note(models.Model):
    """What somebody wrote about a member."""

    id = models.UUIDField(primary_key=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="notes")
    sealed = models.BinaryField()
    key = models.SmallIntegerField()
    actor = models.TextField()
    is_pinned = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "members_note"
        indexes = (
            models.Index(fields=["member", "recorded_at"], name="members_note_member"),
            models.Index(fields=["key", "id"], name="members_note_key"),
        )


class Mark(models.Model):
    """What analysis says of a member: a class, a score, an audience. Comes from above as data, with its run."""

    pk = models.CompositePrimaryKey("member_id", "name")
    member = models.ForeignKey(Member, models.PROTECT, related_name="marks")
    name = models.TextField()
    value = models.JSONField()
    run = models.TextField()  # which run made it
    as_of = models.DateTimeField()  # the cut-off of its data
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "members_mark"
        indexes = (models.Index(fields=["name", "member"], name="members_mark_name"),)


class Retention(models.Model):
    """How long a kind of fact is kept."""

    pk = models.CompositePrimaryKey("organisation", "kind")
    organisation = models.UUIDField()
    kind = models.TextField()  # see `retention`
    days = models.IntegerField()

    class Meta:
        db_table = "members_retention"
        constraints = (models.CheckConstraint(name="members_retention_days", condition=Q(days__gt=0)),)


class Key(models.Model):
    """A generation of keys, by its fingerprint alone: the key itself is never in the database."""

    generation = models.SmallIntegerField(primary_key=True)
    fingerprint = models.TextField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)  # nothing is sealed with it any more

    class Meta:
        db_table = "members_key"
