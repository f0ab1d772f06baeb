"""Imports, the tables of their files, the rows that were refused, and what was booked; the values stay in the files."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    READING = "reading"  # the worker looks at the files
    ASKING = "asking"  # somebody must say what a column is
    READY = "ready"  # tried; waits for a word
    BOOKING = "booking"
    BOOKED = "booked"
    UNDOING = "undoing"
    UNDONE = "undone"
    DROPPED = "dropped"  # given up before it was booked
    FAILED = "failed"


AT_WORK = (State.READING, State.BOOKING, State.UNDOING)


class Import(models.Model):
    """Files that somebody brought at one time."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    state = models.TextField(choices=State.choices, default=State.READING)
    name = models.TextField()  # of its files
    size = models.BigIntegerField()
    actor_kind = models.TextField()
    actor = models.TextField()
    actor_name = models.TextField()
    made_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    forget_at = models.DateTimeField(null=True)  # when its files go
    forgotten_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)  # of the worker that has it
    tries = models.SmallIntegerField(default=0)
    doing = models.TextField(default="")  # what it is at, in English
    part = models.BigIntegerField(default=0)
    whole = models.BigIntegerField(default=0)
    corrected = models.JSONField(default=dict)  # what somebody said of each table
    wish = models.JSONField(default=dict)
    steps = ArrayField(models.TextField(), default=list)  # that are done
    told = models.JSONField(default=dict)  # figures of it
    batches = ArrayField(models.BigIntegerField(), default=list)  # of the history lake, its alone
    code = models.TextField(default="")  # why it failed
    detail = models.TextField(default="")

    class Meta:
        db_table = "imports_import"
        indexes = (
            models.Index(fields=["organisation", "-id"], name="imports_import_newest"),
            models.Index(fields=["made_at"], name="imports_import_work", condition=Q(state__in=AT_WORK)),
            models.Index(fields=["forget_at"], name="imports_import_forget", condition=Q(forgotten_at=None)),
        )
        constraints = (models.CheckConstraint(name="imports_import_state", condition=Q(state__in=State.values)),)


class Table(models.Model):
    """One table of those files: what it was taken for."""

    pk = models.CompositePrimaryKey("of", "number")
    of = models.UUIDField()
    number = models.IntegerField()
    name = models.TextField()
    sha256 = models.TextField(default="")
    kind = models.TextField()  # sales, people, question, other
    encoding = models.TextField(default="")
    headings = ArrayField(models.TextField(), default=list)
    mapping = models.JSONField(default=dict)
    people = models.JSONField(default=dict)  # position of a column → what of a person it is
    question = models.JSONField(default=dict)
    why = models.TextField(default="")  # it was left out
    rows = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    notes = models.JSONField(default=dict)
    reached = models.BigIntegerField(default=0)  # bills of it that are booked
    came_back = models.BigIntegerField(default=0)  # rows of things brought back that are booked

    class Meta:
        db_table = "imports_table"


class Refusal(models.Model):
    """A row that was not taken: where, and why. The value stays in the file."""

    id = models.BigAutoField(primary_key=True)
    of = models.UUIDField()
    number = models.IntegerField()  # of its table
    line = models.BigIntegerField()
    column = models.TextField(default="")
    reason = models.TextField()
    booking = models.BooleanField(default=False)  # refused when it was booked, not when it was read

    class Meta:
        db_table = "imports_refusal"
        indexes = (models.Index(fields=["of", "number", "line"], name="imports_refusal_of"),)


class Booked(models.Model):
    """A purchase that came with these files."""

    sale = models.UUIDField(primary_key=True)
    of = models.UUIDField()

    class Meta:
        db_table = "imports_booked"
        indexes = (models.Index(fields=["of", "sale"], name="imports_booked_of"),)


class Joined(models.Model):
    """A merge of two members that was certain, done with the import."""

    merge = models.UUIDField(primary_key=True)
    of = models.UUIDField()
    other = models.UUIDField()

    class Meta:
        db_table = "imports_joined"
        indexes = (models.Index(fields=["of"], name="imports_joined_of"),)


class Measured(models.Model):
    """How much of something is missing or odd, as it was counted last."""

    pk = models.CompositePrimaryKey("organisation", "what")
    organisation = models.UUIDField()
    what = models.TextField()
    count = models.BigIntegerField()
    whole = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "imports_measured"
