"""What is done for an audience and proved against a holdout: tables of campaigns."""

from django.db import models
from django.db.models import Q


class CampaignState(models.TextChoices):
    DRAFT = "draft"
    ASKED = "asked"  # for somebody else's approval
    APPROVED = "approved"  # it begins when its time has come
    LAUNCHING = "launching"
    RUNNING = "running"  # everything is given and asked; the window is open
    MEASURED = "measured"  # the window is over and reckoned
    ENDED = "ended"
    STOPPED = "stopped"


class Campaign(models.Model):
    """One campaign. It belongs to the place of its audience."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    merchant = models.UUIDField(null=True)
    store = models.UUIDField(null=True)
    code = models.TextField()  # draws its holdout: never another campaign's
    name = models.TextField()
    version = models.IntegerField()  # of the document
    document = models.JSONField()
    state = models.TextField(choices=CampaignState.choices, default=CampaignState.DRAFT)
    why = models.TextField(default="")  # it was sent back, or stopped by itself: a code
    audience = models.UUIDField()
    audience_version = models.IntegerField(null=True)  # frozen at approval
    starts_at = models.DateTimeField(null=True)  # None: as soon as it is approved
    changed_at = models.DateTimeField()
    changed_by = models.TextField()
    asked_at = models.DateTimeField(null=True)
    asked_by = models.TextField(default="")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.TextField(default="")
    plan = models.UUIDField(null=True)  # the dry run that was approved
    launch = models.UUIDField(null=True)  # the plan that is its assignment
    launched_at = models.DateTimeField(null=True)
    step = models.TextField(default="")  # of launching: plan, coupons, messages
    after = models.UUIDField(null=True)  # the last member this step has done
    from_on = models.DateField(null=True)  # of the window, both included
    until_on = models.DateField(null=True)
    measured_on = models.DateField(null=True)  # the day of the last result
    stopped_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outreach_campaign"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "code"], name="outreach_campaign_code"),
            models.CheckConstraint(
                condition=Q(store=None) | Q(merchant__isnull=False), name="outreach_campaign_store_in_merchant"
            ),
            models.CheckConstraint(condition=Q(state__in=CampaignState.values), name="outreach_campaign_state"),
            models.CheckConstraint(condition=Q(version__gt=0), name="outreach_campaign_version_counts"),
            models.CheckConstraint(
                condition=~Q(state__in=["launching", "running", "measured"]) | ~Q(approved_by=""),
                name="outreach_campaign_approved_first",
            ),
        )
        indexes = (
            models.Index(
                fields=["starts_at"],
                name="outreach_campaign_due",
                condition=Q(state__in=["approved", "launching"]),
            ),
            models.Index(fields=["launch"], name="outreach_campaign_launch", condition=Q(launch__isnull=False)),
        )


class PlanState(models.TextChoices):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class CampaignPlan(models.Model):
    """Who would get a campaign, who is kept without it, who is held back: a dry run, or the launch itself."""

    id = models.UUIDField(primary_key=True)
    campaign = models.UUIDField()
    version = models.IntegerField()  # of the campaign
    audience_version = models.IntegerField()
    launches = models.BooleanField(default=False)
    state = models.TextField(choices=PlanState.choices, default=PlanState.WAITING)
    why = models.TextField(default="")  # it failed
    made_at = models.DateTimeField()
    as_of = models.DateTimeField(null=True)  # who was in the audience then
    after = models.UUIDField(null=True)  # the last member that was judged
    done_at = models.DateTimeField(null=True)
    told = models.JSONField(default=dict)  # counts, costs, what could be seen

    class Meta:
        db_table = "outreach_campaign_plan"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="outreach_campaign_plan_state"),
            models.UniqueConstraint(
                fields=["campaign"],
                name="outreach_campaign_plan_one_open",
                condition=Q(state__in=["waiting", "working"]),
            ),
        )
        indexes = (
            models.Index(fields=["campaign", "-id"], name="outreach_campaign_plan_of"),
            models.Index(
                fields=["id"], name="outreach_campaign_plan_open", condition=Q(state__in=["waiting", "working"])
            ),
        )


class Gathered(models.Model):
    """Who was in the audience when a plan began, until the plan is done."""

    pk = models.CompositePrimaryKey("plan", "member")
    plan = models.UUIDField()
    member = models.UUIDField()

    class Meta:
        db_table = "outreach_gathered"


class Arm(models.TextChoices):
    TREATED = "treated"
    HOLDOUT = "holdout"
    HELD = "held"  # in neither: could not be reached, for a reason known before the draw


class Assignment(models.Model):
    """What a plan decided for one member. Never changed; gone with a dry run that a newer one replaces, never of a
    launch."""

    pk = models.CompositePrimaryKey("plan", "member")
    plan = models.UUIDField()
    member = models.UUIDField()  # a root then
    arm = models.TextField(choices=Arm.choices)
    why = models.TextField(default="")  # of held ones, in the words of the gate
    channel = models.TextField(default="")  # by which they are written to; of the holdout: would have been
    aside = models.BooleanField(default=False)  # was part of somebody assigned, then: kept alike, and not counted

    class Meta:
        db_table = "outreach_assignment"
        constraints = (models.CheckConstraint(condition=Q(arm__in=Arm.values), name="outreach_assignment_arm"),)
        indexes = (
            models.Index(fields=["plan", "arm", "why", "member"], name="outreach_assignment_list"),
            models.Index(fields=["member"], name="outreach_assignment_member"),
        )


class CampaignResult(models.Model):
    """What a campaign, or the programme as a whole in a period, brought as of one day. Only ever added."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    campaign = models.UUIDField(null=True)  # None: all marketing, against the universal holdout
    period = models.IntegerField(null=True)  # of the universal holdout
    made_at = models.DateTimeField()
    from_on = models.DateField()
    until_on = models.DateField()  # the last day that was counted
    planned_until_on = models.DateField()
    final = models.BooleanField()  # the window was over
    conclusion = models.TextField()
    treated = models.IntegerField()
    holdout = models.IntegerField()
    currency = models.CharField(max_length=3)
    told = models.JSONField()

    class Meta:
        db_table = "outreach_campaign_result"
        constraints = (
            models.CheckConstraint(
                condition=Q(campaign__isnull=False, period=None) | Q(campaign=None, period__isnull=False),
                name="outreach_campaign_result_of_one",
            ),
        )
        indexes = (
            models.Index(
                fields=["campaign", "-id"], name="outreach_campaign_result_of", condition=Q(campaign__isnull=False)
            ),
            models.Index(
                fields=["organisation", "-id"], name="outreach_programme_result_of", condition=Q(campaign=None)
            ),
        )
