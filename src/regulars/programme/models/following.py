"""What follows from purchases beyond their own rules: friends brought, things opted into, goals reached."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class ReferralCode(models.Model):
    """The code by which a member brings others; one each, whoever they become."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    code = models.TextField()
    member = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "programme_referral_code"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "code"], name="programme_referral_code_one"),
            models.UniqueConstraint(fields=["member"], name="programme_referral_code_each"),
        )


class Referral(models.Model):
    """A friend said who brought them. Rewarded by the first purchase that counts; open again where it came back."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    programme = models.TextField()  # code of the terms
    terms = models.UUIDField()  # the version that was promised
    referrer = models.UUIDField()  # whose code it was
    friend = models.UUIDField()
    claimed_at = models.DateTimeField()
    sale = models.UUIDField(null=True)
    rewarded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "programme_referral"
        constraints = (
            models.UniqueConstraint(fields=["friend", "programme"], name="programme_referral_once"),
            models.CheckConstraint(condition=~Q(friend=F("referrer")), name="programme_referral_two"),
            models.CheckConstraint(
                condition=Q(sale=None, rewarded_at=None) | Q(sale__isnull=False, rewarded_at__isnull=False),
                name="programme_referral_rewarded",
            ),
        )
        indexes = (
            models.Index(fields=["referrer"], name="programme_referral_of"),
            models.Index(fields=["sale"], name="programme_referral_by", condition=Q(sale__isnull=False)),
        )


class Enrolment(models.Model):
    """A member opted into an offer or a challenge, for a window. States of a challenge: open, reached, missed."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    kind = models.TextField()  # of the terms
    code = models.TextField()
    terms = models.UUIDField()  # the version that was promised
    member = models.UUIDField()  # who opted in; reading goes by root
    enrolled_at = models.DateTimeField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)  # not included
    state = models.TextField(default="open")
    reached_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "programme_enrolment"
        constraints = (
            models.UniqueConstraint(fields=["member", "kind", "code", "begins_at"], name="programme_enrolment_once"),
            models.CheckConstraint(
                condition=Q(state__in=("open", "missed"), reached_at=None)
                | Q(state="reached", reached_at__isnull=False),
                name="programme_enrolment_state",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("begins_at")), name="programme_enrolment_lasts"
            ),
        )
        indexes = (
            models.Index(
                fields=["ends_at"],
                name="programme_enrolment_due",
                condition=Q(state="open", kind="challenge", ends_at__isnull=False),
            ),
        )


class ChallengeStep(models.Model):
    """What an occasion counts towards a challenge; less, or nothing, where parts came back."""

    pk = models.CompositePrimaryKey("enrolment", "occasion")
    enrolment = models.UUIDField()
    occasion = models.UUIDField()
    amount = models.BigIntegerField()
    keys = ArrayField(models.TextField(), default=list)
    at = models.DateTimeField()

    class Meta:
        db_table = "programme_challenge_step"
        indexes = (models.Index(fields=["occasion"], name="programme_challenge_step_of"),)


class Followed(models.Model):
    """A prize that was given for an occasion, and whether it was taken back."""

    id = models.UUIDField(primary_key=True)
    occasion = models.UUIDField()  # the sale or activity that brought it about
    kind = models.TextField()  # referral, challenge
    subject = models.UUIDField()  # of the referral or enrolment
    code = models.TextField()
    version = models.UUIDField()
    member = models.UUIDField()  # who got it
    unit = models.TextField(default="")
    series = models.TextField(default="")
    amount = models.BigIntegerField()
    transfer = models.UUIDField(null=True)
    coupons = ArrayField(models.UUIDField(), default=list)
    given_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "programme_followed"
        indexes = (
            models.Index(fields=["occasion"], name="programme_followed_from"),
            models.Index(fields=["subject"], name="programme_followed_of"),
            models.Index(fields=["member"], name="programme_followed_member"),
        )
