"""Merges with their plans, pairs that may be one person, imports, and who was erased."""

from django.db import models
from django.db.models import F, Q

from regulars.members.models.people import Member


class Merge(models.Model):
    """One member taken into another, with what every room needs to take it apart again."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    survivor = models.ForeignKey(Member, models.PROTECT, related_name="took_in")
    other = models.ForeignKey(Member, models.PROTECT, related_name="went_into")
    reason = models.TextField()
    actor = models.TextField()
    plan = models.JSONField()  # by room; codes and numbers, never personal values
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(default="")

    class Meta:
        db_table = "members_merge"
        indexes = (
            models.Index(fields=["survivor", "merged_at"], name="members_merge_survivor"),
            models.Index(fields=["other", "merged_at"], name="members_merge_other"),
        )
        constraints = (
            models.UniqueConstraint(fields=["other"], name="members_merge_once", condition=Q(undone_at=None)),
            models.CheckConstraint(name="members_merge_two", condition=~Q(survivor=F("other"))),
        )


class PairState(models.TextChoices):
    OPEN = "open"  # for somebody to look at
    MERGED = "merged"
    DIFFERENT = "different"  # somebody said so: never shown again


class Pair(models.Model):
    """Two members who may be one person: how sure, and why. A decision is remembered for ever."""

    pk = models.CompositePrimaryKey("one_id", "two_id")
    one = models.ForeignKey(Member, models.PROTECT, related_name="+", db_index=False)
    two = models.ForeignKey(Member, models.PROTECT, related_name="+")
    organisation = models.UUIDField()
    score = models.FloatField()  # the estimated chance that they are one person
    is_exact = models.BooleanField(default=False)
    reasons = models.JSONField()  # what agrees and how far, as codes: {"phone": "same", "name": "close"}
    state = models.TextField(choices=PairState.choices, default=PairState.OPEN)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(default="")

    class Meta:
        db_table = "members_pair"
        indexes = (
            models.Index(fields=["organisation", "-score"], name="members_pair_open", condition=Q(state="open")),
        )
        constraints = (
            models.CheckConstraint(name="members_pair_in_order", condition=Q(one__lt=F("two"))),
            models.CheckConstraint(name="members_pair_state", condition=Q(state__in=PairState.values)),
        )


class Import(models.Model):
    """A file of members that was taken in: rows = taken + refused."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    file = models.TextField()
    sha256 = models.TextField()
    source = models.TextField()  # whose list it is
    region = models.TextField(default="")  # how its phone numbers without a country are read
    policy = models.JSONField()  # column → what it is and what it may do
    reached = models.BigIntegerField(default=0)  # the last line that was done
    rows = models.IntegerField()
    created = models.IntegerField()
    changed = models.IntegerField()
    unchanged = models.IntegerField()
    refused = models.IntegerField()
    actor = models.TextField()
    imported_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # when its last line was done; null: stopped, or still at it
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(default="")
    told = models.JSONField(default=dict)  # what undoing it could not take back, in numbers

    class Meta:
        db_table = "members_import"
        indexes = (models.Index(fields=["organisation", "imported_at"], name="members_import_when"),)
        constraints = (
            models.CheckConstraint(
                name="members_import_rows",
                condition=Q(rows=F("created") + F("changed") + F("unchanged") + F("refused")),
            ),
        )


class ImportRefusal(models.Model):
    """A row that was not taken: where it stands, and why. What stood there stays in the file."""

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, models.CASCADE, related_name="refusals")
    file = models.TextField()
    line = models.BigIntegerField()
    column = models.TextField(default="")
    reason = models.TextField()

    class Meta:
        db_table = "members_import_refusal"


class ImportChange(models.Model):
    """What an import did to a member: made it, wrote a fact (and ended another), or added an identifier.

    Of a member it made, `fact` is the highest number of its facts: what has a higher one came later.
    """

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, models.PROTECT, related_name="changes")
    member = models.UUIDField()
    what = models.TextField()  # created, fact, identifier
    fact = models.BigIntegerField(null=True)  # written
    before = models.BigIntegerField(null=True)  # the fact it ended
    identifier = models.UUIDField(null=True)

    class Meta:
        db_table = "members_import_change"
        indexes = (models.Index(fields=["member"], name="members_import_change_member"),)


class Erasure(models.Model):
    """That a person was taken out. The id of the member says nothing of the person any more."""

    member = models.OneToOneField(Member, models.PROTECT, primary_key=True, related_name="erasure")
    root = models.UUIDField()  # whom it belonged to
    deed = models.UUIDField()
    reason = models.TextField()
    actor = models.TextField()
    erased_at = models.DateTimeField()
    codes = models.JSONField(default=list)  # digests of what the lake calls the person (see history/erased)
    lake_at = models.DateTimeField(null=True)  # when the lake was rewritten; null: still to be done

    class Meta:
        db_table = "members_erasure"
        indexes = (
            models.Index(fields=["deed"], name="members_erasure_deed"),
            models.Index(fields=["erased_at"], name="members_erasure_lake", condition=Q(lake_at=None)),
        )
