"""Tables of the room, without verbs; these are in `services`. Texts are sealed, and beside: they can go alone."""

from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    """Where a case stands. Stored texts are never renamed."""

    OPEN = "open"
    WAITING = "waiting"  # for the customer
    DONE = "done"


class Ended(models.TextChoices):
    """Where a follow-up stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class CaseKind(models.Model):
    """What cases are about, and how soon they are answered."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    code = models.TextField()
    name = models.TextField()
    owner = models.UUIDField(null=True)  # staff who get them
    queue = models.TextField(default="")  # or the role whose people take them
    answer_hours = models.IntegerField()
    in_working_hours = models.BooleanField()
    priority = models.SmallIntegerField()  # 1 is the most urgent
    changed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "care_kind"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "code"], name="care_kind_code"),
            models.CheckConstraint(condition=Q(answer_hours__gt=0), name="care_kind_hours"),
            models.CheckConstraint(condition=Q(priority__range=(1, 4)), name="care_kind_priority"),
            models.CheckConstraint(condition=Q(owner=None) | Q(queue=""), name="care_kind_owner_or_queue"),
        )


class Hours(models.Model):
    """When an organisation works."""

    organisation = models.UUIDField(primary_key=True)
    document = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "care_hours"


class Case(models.Model):
    """Something a customer brought up. Its subject and what was said are texts beside it."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    merchant = models.UUIDField(null=True)
    store = models.UUIDField(null=True)
    member = models.UUIDField(null=True)  # as they were then; read by group
    kind = models.TextField()
    priority = models.SmallIntegerField()
    channel = models.TextField()
    sale = models.UUIDField(null=True)
    owner = models.UUIDField(null=True)  # staff
    queue = models.TextField(default="")  # a role, where nobody has taken it yet
    state = models.TextField(choices=State.choices, default=State.OPEN)
    due_at = models.DateTimeField()  # when the next thing is to be done, by us or, while waiting, by the customer
    late_told_at = models.DateTimeField(null=True)  # that this due_at passed was told
    outcome = models.TextField(default="")  # a code, once it is done
    reopened = models.IntegerField(default=0)
    opened_at = models.DateTimeField()
    opened_by = models.TextField()
    answered_at = models.DateTimeField(null=True)  # the first time
    done_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)  # its member was taken out, and all texts with them

    class Meta:
        db_table = "care_case"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=State.values), name="care_case_state"),
            models.CheckConstraint(condition=Q(state="done") ^ Q(done_at=None), name="care_case_done"),
            models.CheckConstraint(condition=Q(owner=None) | Q(queue=""), name="care_case_owner_or_queue"),
            models.CheckConstraint(
                condition=Q(store=None) | Q(merchant__isnull=False), name="care_case_store_in_merchant"
            ),
        )
        indexes = (
            models.Index(fields=["organisation", "due_at", "id"], name="care_case_queue", condition=~Q(state="done")),
            models.Index(fields=["organisation", "opened_at"], name="care_case_opened"),
            models.Index(fields=["due_at"], name="care_case_late", condition=~Q(state="done") & Q(late_told_at=None)),
            models.Index(fields=["member"], name="care_case_member", condition=Q(member__isnull=False)),
        )


class FollowUp(models.Model):
    """A promise to a customer: what, and by when."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    merchant = models.UUIDField(null=True)
    store = models.UUIDField(null=True)
    member = models.UUIDField(null=True)  # as they were then; read by group
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="follow_ups", db_column="case_id")
    owner = models.UUIDField(null=True)
    queue = models.TextField(default="")
    state = models.TextField(choices=Ended.choices, default=Ended.OPEN)
    due_at = models.DateTimeField()
    late_told_at = models.DateTimeField(null=True)
    moved = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.TextField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "care_follow_up"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=Ended.values), name="care_follow_up_state"),
            models.CheckConstraint(condition=Q(state="open") ^ Q(ended_at__isnull=False), name="care_follow_up_ended"),
            models.CheckConstraint(
                condition=Q(member__isnull=False) | Q(case__isnull=False), name="care_follow_up_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(owner=None, queue__gt="") | Q(owner__isnull=False, queue=""), name="care_follow_up_of_one"
            ),
        )
        indexes = (
            models.Index(
                fields=["organisation", "due_at", "id"], name="care_follow_up_queue", condition=Q(state="open")
            ),
            models.Index(fields=["due_at"], name="care_follow_up_late", condition=Q(state="open", late_told_at=None)),
            models.Index(fields=["member"], name="care_follow_up_member", condition=Q(member__isnull=False)),
        )


class CareText(models.Model):
    """What was written of a case or a follow-up, sealed: it may hold anything about anybody."""

    id = models.UUIDField(primary_key=True)
    about = models.UUIDField()  # a case or a follow-up
    part = models.TextField()  # subject, said, answer, note, promise, reason
    sealed = models.BinaryField()
    key = models.SmallIntegerField()
    actor = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "care_text"
        indexes = (
            models.Index(fields=["about", "recorded_at", "id"], name="care_text_about"),
            models.Index(fields=["key", "id"], name="care_text_key"),
        )


class CareChange(models.Model):
    """One line of the history of a case or a follow-up: codes and numbers. Only ever added (a trigger)."""

    id = models.BigAutoField(primary_key=True)
    about = models.UUIDField()
    what = models.TextField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    actor = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "care_change"
        indexes = (models.Index(fields=["about", "id"], name="care_change_about"),)
