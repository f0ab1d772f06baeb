"""Where members are on ladders: what counts, what was given by hand, where each stands, and how it came about."""

from django.db import models
from django.db.models import Q


class Qualifying(models.Model):
    """So much of a measure that counts towards levels; below nothing: taken back, dated as what it takes back.

    Only ever added; a merge changes `member`, an un-merge changes it back for what was shown with `own`.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField()  # whose it is now: a root
    own = models.UUIDField()  # whose card was shown
    occasion = models.UUIDField()  # the purchase or event
    measure = models.TextField()  # "miles", "segments", "spend", "visits"
    amount = models.BigIntegerField()
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "programme_qualifying"
        constraints = (models.CheckConstraint(condition=~Q(amount=0), name="programme_qualifying_something"),)
        indexes = (
            models.Index(
                fields=["member", "effective_at"],
                name="programme_qualifying_member",
                include=["measure", "amount", "recorded_at"],
            ),
            models.Index(fields=["occasion"], name="programme_qualifying_occasion"),
        )


class Given(models.Model):
    """A level given: set by hand, brought along, or beside the earned one for a time (matched, bought)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField()  # whose it is now: a root
    own = models.UUIDField()
    ladder = models.TextField()
    level = models.TextField()
    because = models.TextField()  # rules.tiers.standing.Because
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)  # null: without end, or (set) to the end of the next period
    challenge = models.JSONField(default=list)  # what keeps a matched level
    afresh = models.BooleanField(default=False)
    for_ever = models.BooleanField(default=False)
    reason = models.TextField(default="")
    partner = models.TextField(default="")  # of a match: the other programme
    source = models.TextField(default="")  # business key of what paid for it
    external_id = models.TextField(default="")
    made_at = models.DateTimeField()
    made_by = models.TextField()
    deed = models.UUIDField(null=True)  # the merge it came of
    standing = models.JSONField(null=True)  # of a merge: goes on from just this
    void_at = models.DateTimeField(null=True)  # taken back as if it had never been

    class Meta:
        db_table = "programme_given"
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"],
                name="programme_given_once",
                condition=~Q(source=""),
            ),
        )
        indexes = (
            models.Index(fields=["member", "ladder"], name="programme_given_member"),
            models.Index(fields=["deed"], name="programme_given_deed", condition=Q(deed__isnull=False)),
        )


class Standing(models.Model):
    """Where a member stands on a ladder: what was earned (as rules.tiers.standing has it), and what is shown for it:
    the higher of that and what was given for a time. `due_at` is when it must be looked at, whatever happens."""

    pk = models.CompositePrimaryKey("member", "ladder")
    member = models.UUIDField()
    ladder = models.TextField()
    organisation = models.UUIDField()
    joined_at = models.DateTimeField()
    level = models.TextField()
    since = models.DateTimeField()
    qualified_at = models.DateTimeField()
    because = models.TextField()
    valid_until = models.DateTimeField(null=True)
    review_at = models.DateTimeField(null=True)
    grace_until = models.DateTimeField(null=True)
    counted_from = models.DateTimeField(null=True)
    afresh_from = models.DateTimeField(null=True)
    floor = models.TextField(default="")
    held = models.JSONField(default=dict)
    recheck_at = models.DateTimeField(null=True)
    landed = models.BooleanField(default=False)
    shown_level = models.TextField()
    shown_since = models.DateTimeField()
    shown_until = models.DateTimeField(null=True)
    shown_because = models.TextField()
    decided_at = models.DateTimeField()  # everything up to here was looked at
    due_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "programme_standing"
        indexes = (
            models.Index(fields=["due_at"], name="programme_standing_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["organisation", "ladder"], name="programme_standing_ladder"),
        )


class StandingChange(models.Model):
    """A decision on a level. Only ever added: where a late arrival changes what was decided, `anew_from` says from
    which moment on the lines written before no longer hold."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField()
    ladder = models.TextField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    level = models.TextField()
    since = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    because = models.TextField()
    anew_from = models.DateTimeField(null=True)

    class Meta:
        db_table = "programme_standing_change"
        indexes = (models.Index(fields=["member", "ladder", "id"], name="programme_standing_changes"),)


class BenefitUse(models.Model):
    """A benefit used up at a desk. Given back it counts no more."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField()  # whose it is now: a root
    own = models.UUIDField()  # whose card was shown
    benefit = models.TextField()
    version = models.UUIDField()
    ladder = models.TextField()
    level = models.TextField()
    period = models.TextField()
    count = models.IntegerField()
    given_back = models.IntegerField(default=0)
    used_at = models.DateTimeField()
    merchant = models.TextField(default="")  # typed ids
    store = models.TextField(default="")
    actor = models.TextField()
    source = models.TextField(default="")
    external_id = models.TextField(default="")

    class Meta:
        db_table = "programme_benefit_use"
        constraints = (
            models.CheckConstraint(
                condition=Q(count__gt=0, given_back__gte=0, given_back__lte=models.F("count")),
                name="programme_benefit_use_given_back_within",
            ),
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"],
                name="programme_benefit_use_once",
                condition=~Q(source=""),
            ),
        )
        indexes = (models.Index(fields=["member", "benefit", "period"], name="programme_benefit_use_member"),)


class LevelCoupon(models.Model):
    """Coupons that a level brings, once for each member, level and period (SEMANTICS 23); waits to be handed over."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField()
    own = models.UUIDField()
    ladder = models.TextField()
    level = models.TextField()
    benefit = models.TextField()
    version = models.UUIDField()
    period = models.TextField()
    series = models.TextField()
    count = models.IntegerField()
    issued_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "programme_level_coupon"
        constraints = (
            models.UniqueConstraint(
                fields=["own", "ladder", "level", "benefit", "period"], name="programme_level_coupon_once"
            ),
        )
        indexes = (
            models.Index(fields=["id"], name="programme_level_coupon_waiting", condition=Q(handed_at=None)),
            models.Index(fields=["member"], name="programme_level_coupon_member"),
        )


class LadderBegun(models.Model):
    """A version of a ladder whose beginning was seen to: everybody on it was looked at, or is due."""

    version = models.UUIDField(primary_key=True)
    begun_at = models.DateTimeField()

    class Meta:
        db_table = "programme_ladder_begun"
