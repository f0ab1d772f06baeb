"""Runs, their steps and cards, and what they found of each member. Scores of a run are never changed: the next run has
rows of its own, and one run of an organisation is `present`.

Amounts are whole minor units of the run's currency; chances and shares are 0 … 1.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class RunState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_UNDER_WAY = (RunState.WAITING, RunState.RUNNING)


class Plan(models.Model):
    """When an organisation's members are scored by the clock, and how many runs are kept. No row: as by default."""

    organisation = models.UUIDField(primary_key=True)
    nightly = models.BooleanField(default=True)
    hour = models.SmallIntegerField(default=3)  # on the organisation's own clock
    kept = models.SmallIntegerField(default=8)  # runs whose scores stay, the present one among them

    class Meta:
        db_table = "scorebook_plan"
        constraints = (
            models.CheckConstraint(name="scorebook_plan_hour", condition=Q(hour__gte=0, hour__lte=23)),
            models.CheckConstraint(name="scorebook_plan_kept", condition=Q(kept__gte=1, kept__lte=400)),
        )


class Run(models.Model):
    """Everybody of an organisation scored as of the end of one day."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    state = models.TextField(choices=RunState.choices, default=RunState.WAITING)
    present = models.BooleanField(default=False)  # its scores are those that count now
    cut_off = models.DateField()  # nothing later is looked at
    currency = models.CharField(max_length=3, default="")  # of the history that was read
    night_on = models.DateField(null=True)  # the night it was made for by the clock
    actor = models.TextField()  # who asked
    made_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancel_at = models.DateTimeField(null=True)  # somebody asked for an end
    tries = models.SmallIntegerField(default=0)  # how often a worker took it up
    claim = models.UUIDField(null=True)  # of the worker that has it
    doing = models.TextField(default="")  # what it is at, in English
    part = models.BigIntegerField(default=0)  # of `whole`, of what it is at
    whole = models.BigIntegerField(default=0)
    members = models.IntegerField(default=0)  # whose scores were written
    classes_version = models.IntegerField(default=0)  # of the document that classes go by; 0: as by default
    left_out = models.JSONField(default=dict)  # what could not be said → the code of why
    code = models.TextField(default="")  # why it failed
    detail = models.TextField(default="")

    class Meta:
        db_table = "scorebook_run"
        indexes = (
            models.Index(fields=["organisation", "-id"], name="scorebook_run_newest"),
            models.Index(fields=["made_at"], name="scorebook_run_open", condition=Q(state__in=_UNDER_WAY)),
        )
        constraints = (
            models.CheckConstraint(name="scorebook_run_state", condition=Q(state__in=RunState.values)),
            models.UniqueConstraint(
                fields=["organisation"], name="scorebook_run_one", condition=Q(state__in=_UNDER_WAY)
            ),
            models.UniqueConstraint(fields=["organisation"], name="scorebook_run_present", condition=Q(present=True)),
            models.UniqueConstraint(fields=["organisation", "night_on"], name="scorebook_run_night"),
        )


class Step(models.Model):
    """What a run does, one after another; what a done one made is kept until the run is over."""

    pk = models.CompositePrimaryKey("run", "number")
    run = models.UUIDField()
    number = models.SmallIntegerField()
    name = models.TextField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    told = models.JSONField(default=dict)  # figures of it

    class Meta:
        db_table = "scorebook_step"


class Card(models.Model):
    """What a run measured of one model: accuracy on a later period, the plain rule beside it, what was used."""

    pk = models.CompositePrimaryKey("run", "model")
    run = models.UUIDField()
    model = models.TextField()  # classes, stages, future, churn, due, next
    usable = models.BooleanField()
    why_not = models.TextField(default="")
    card = models.JSONField()

    class Meta:
        db_table = "scorebook_card"


class Score(models.Model):
    """What one run found of one member. What a model may not say is null."""

    pk = models.CompositePrimaryKey("run", "member")
    run = models.UUIDField()
    member = models.UUIDField()  # as they stood when the run ended; reading goes by root
    visits = models.IntegerField()  # days with a purchase that stands
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    spend_minor = models.BigIntegerField()
    spend_365_minor = models.BigIntegerField()
    usual_gap_days = models.FloatField(null=True)
    trend_recent = models.IntegerField(null=True)  # visits in the recent half of the time, and in the half before
    trend_before = models.IntegerField(null=True)
    value_class = models.TextField(default="")
    recency_score = models.SmallIntegerField(null=True)  # 1 … 5, 5 best
    frequency_score = models.SmallIntegerField(null=True)
    monetary_score = models.SmallIntegerField(null=True)
    stage = models.TextField(default="")
    silence_chance = models.FloatField(null=True)
    gone_chance = models.FloatField(null=True)
    slowing = models.BooleanField(null=True)
    rising = models.BooleanField(null=True)
    next_from_on = models.DateField(null=True)  # the next visit, in 90 of 100 cases
    next_until_on = models.DateField(null=True)
    alive_chance = models.FloatField(null=True)
    expected_purchases = models.FloatField(null=True)
    expected_spend_minor = models.BigIntegerField(null=True)
    lifetime_minor = models.BigIntegerField(null=True)
    lifetime_low_minor = models.BigIntegerField(null=True)
    lifetime_high_minor = models.BigIntegerField(null=True)
    leave_chance = models.FloatField(null=True)
    leave_because = ArrayField(models.TextField(), null=True)  # codes, see insight.reasoncodes
    # What each theme adds to the log-odds, in hundredths; themes and base stand on the run's card of the model.
    leave_points = ArrayField(models.SmallIntegerField(), null=True)
    at_stake_minor = models.BigIntegerField(null=True)  # expected loss
    due = models.JSONField(null=True)  # what is needed again: item, status, next_on, from_on, until_on, chance
    next_products = models.JSONField(null=True)  # item, name, why, because_of; the likeliest first
    spend_place = models.IntegerField(null=True)  # 1: who spent the most of all
    at_risk_minor = models.BigIntegerField(null=True)  # last year's spend by the chance that they are gone
    buy_chance = models.FloatField(null=True)  # that something due is bought within a fortnight
    decline_because = ArrayField(models.TextField(), null=True)  # of who is in decline: kinds of reasons
    moved_from = models.TextField(default="")  # the class at the end of the month before the last whole one,
    moved_to = models.TextField(default="")  # and at the end of that one, both by the present measure

    class Meta:
        db_table = "scorebook_score"
        # What lists are cut and ordered by.
        indexes = (
            models.Index(fields=["run", "value_class", "-spend_365_minor"], name="scorebook_score_class"),
            models.Index(fields=["run", "stage", "-at_risk_minor"], name="scorebook_score_stage"),
            models.Index(fields=["run", "spend_place"], name="scorebook_score_place"),
            models.Index(
                fields=["run", "-leave_chance"], name="scorebook_score_leave", condition=Q(leave_chance__isnull=False)
            ),
            models.Index(fields=["run", "-last_on"], name="scorebook_score_once", condition=Q(visits=1)),
            models.Index(
                fields=["run", "moved_from", "moved_to"],
                name="scorebook_score_moved",
                condition=~Q(moved_from=F("moved_to")),
            ),
            models.Index(
                fields=["run", "-buy_chance"], name="scorebook_score_buy", condition=Q(buy_chance__isnull=False)
            ),
        )


class Picture(models.Model):
    """What a run found of everybody together, as pages draw it: sums, curves and counts, nobody's own data."""

    pk = models.CompositePrimaryKey("run", "name")
    run = models.UUIDField()
    name = models.TextField()  # months, concentration, flow, classes, pairs, counts
    told = models.JSONField()

    class Meta:
        db_table = "scorebook_picture"


class Product(models.Model):
    """What a run found of an item: who buys it, how often, for how much."""

    pk = models.CompositePrimaryKey("run", "item")
    run = models.UUIDField()
    item = models.TextField()
    name = models.TextField(default="")
    category = models.TextField(default="")
    buyers = models.IntegerField()
    again = models.IntegerField()  # of them, who bought it on another day too
    times = models.BigIntegerField()  # days of all buyers
    quantity = models.FloatField()
    spend_minor = models.BigIntegerField()
    usual_gap_days = models.FloatField(null=True)  # between two days of the same buyer, in the middle
    last_on = models.DateField()

    class Meta:
        db_table = "scorebook_product"
        indexes = (models.Index(fields=["run", "-spend_minor"], name="scorebook_product_spend"),)


class Document(models.Model):
    """What people decided about scores, in versions: added, never changed. See `documents`."""

    pk = models.CompositePrimaryKey("organisation", "kind", "version")
    organisation = models.UUIDField()
    kind = models.TextField()
    version = models.IntegerField()
    document = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.TextField()

    class Meta:
        db_table = "scorebook_document"


class Advice(models.Model):
    """What became of a next step that was proposed for a member. Added, never changed; undone by another."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField()  # as they stood then: reading goes by all who lead to a root
    offer = models.TextField()  # what was proposed, as a code
    state = models.TextField()  # done, dismissed, open (taken back)
    actor = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "scorebook_advice"
        indexes = (
            models.Index(fields=["member", "-id"], name="scorebook_advice_member"),
            models.Index(fields=["organisation", "-at"], name="scorebook_advice_lately"),
        )
        constraints = (
            models.CheckConstraint(name="scorebook_advice_state", condition=Q(state__in=("done", "dismissed", "open"))),
        )


class Bought(models.Model):
    """What a member bought of an item on a day, without what came back. `member` is who they are now, `shown` whose
    card it was."""

    pk = models.CompositePrimaryKey("shown", "on_day", "item", "currency")
    organisation = models.UUIDField()
    member = models.UUIDField()
    shown = models.UUIDField()
    item = models.TextField()
    category = models.TextField(default="")
    brand = models.TextField(default="")
    on_day = models.DateField()
    currency = models.CharField(max_length=3)
    times = models.IntegerField()  # receipts
    quantity = models.BigIntegerField()  # thousandths
    money = models.BigIntegerField()

    class Meta:
        db_table = "scorebook_bought"
        indexes = (
            models.Index(
                fields=["organisation", "item", "on_day"],
                name="scorebook_bought_item",
                include=["member", "times", "quantity", "money"],
            ),
            models.Index(
                fields=["organisation", "category", "on_day"],
                name="scorebook_bought_category",
                include=["member", "times", "quantity", "money"],
                condition=~Q(category=""),
            ),
            models.Index(
                fields=["organisation", "brand", "on_day"],
                name="scorebook_bought_brand",
                include=["member", "times", "quantity", "money"],
                condition=~Q(brand=""),
            ),
            models.Index(fields=["member", "-on_day"], name="scorebook_bought_member"),
        )


class Summed(models.Model):
    """Which files of which lake are in those sums."""

    pk = models.CompositePrimaryKey("organisation", "currency")
    organisation = models.UUIDField()
    currency = models.CharField(max_length=3)
    files = ArrayField(models.IntegerField(), default=list)  # numbers of the lake's files: never used again

    class Meta:
        db_table = "scorebook_summed"
