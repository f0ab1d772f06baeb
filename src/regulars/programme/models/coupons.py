"""Coupons, their uses, and what open checkouts hold. No code that is good once is kept: see coupons/codes.py."""

from django.db import models
from django.db.models import F, Q


class CouponState(models.TextChoices):
    ISSUED = "issued"  # can be used
    RESERVED = "reserved"  # every use that it has is held by an open checkout, or used
    REDEEMED = "redeemed"  # used up
    EXPIRED = "expired"
    REVOKED = "revoked"


class Coupon(models.Model):
    """A code. Known by `number` (signed, see codes), or by `mark`, the digest of a text: one that many share, which is
    kept in `text` too, or one that was handed out by another programme before."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    series = models.TextField()
    terms = models.UUIDField()  # the version it was published under: a promise, whatever becomes of the series
    batch = models.UUIDField()  # issued together
    number = models.BigIntegerField(null=True)
    mark = models.BinaryField(null=True)
    text = models.TextField(null=True)
    member = models.UUIDField(null=True)  # to whom it was given: who that is now, `members` says
    hard = models.BooleanField(default=False)  # nobody else may use it
    given_for = models.TextField(null=True)  # what it was given for, once: "gold 2026"
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # not included
    item = models.TextField(null=True)  # of a series whose coupons are each for one product: for which
    list = models.UUIDField(null=True)  # the personal list it stands on
    uses = models.IntegerField(null=True)  # how many it is good for; None: shared
    taken = models.IntegerField(default=0)  # of these, used or held
    kept = models.IntegerField(default=0)  # of these, used
    state = models.TextField(choices=CouponState.choices, default=CouponState.ISSUED)

    class Meta:
        db_table = "programme_coupon"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "number"], name="programme_coupon_one_number"),
            models.UniqueConstraint(
                fields=["organisation", "mark"], name="programme_coupon_one_mark", condition=Q(mark__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["organisation", "series", "given_for"],
                name="programme_coupon_given_once",
                condition=Q(given_for__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=False, mark=None, text=None) | Q(number=None, mark__isnull=False),
                name="programme_coupon_one_code",
            ),
            models.CheckConstraint(
                condition=Q(taken__gte=F("kept"), kept__gte=0) & (Q(uses=None) | Q(taken__lte=F("uses"))),
                name="programme_coupon_never_overspent",
            ),
            models.CheckConstraint(condition=Q(state__in=CouponState.values), name="programme_coupon_state"),
            models.CheckConstraint(condition=Q(hard=False) | Q(member__isnull=False), name="programme_coupon_hard"),
        )
        indexes = (
            models.Index(fields=["organisation", "series", "id"], name="programme_coupon_of_series"),
            models.Index(fields=["batch"], name="programme_coupon_of_batch"),
            models.Index(fields=["member"], name="programme_coupon_of_member", condition=Q(member__isnull=False)),
            models.Index(
                fields=["expires_at"],
                name="programme_coupon_due",
                condition=Q(state="issued", expires_at__isnull=False),
            ),
            models.Index(fields=["list"], name="programme_coupon_of_list", condition=Q(list__isnull=False)),
        )


class OfferList(models.Model):
    """A personal shopping list with offers. Its number is signed like a coupon's (see codes): the code on it names the
    list, and with it everybody's till takes off what stands on it."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    number = models.BigIntegerField()
    member = models.UUIDField()  # to whom it was made: who that is now, `members` says
    made_for = models.TextField()  # the period it was made for: a member has one of each, for ever
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)  # not included; the next one ends it

    class Meta:
        db_table = "programme_offer_list"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "number"], name="programme_offer_list_one_number"),
            models.UniqueConstraint(fields=["made_for", "member"], name="programme_offer_list_once"),
        )
        indexes = (models.Index(fields=["member", "-begins_at"], name="programme_offer_list_member"),)


class OfferListLine(models.Model):
    """A product on a list; what is off, its coupon says (`programme_coupon.list`, `.item`)."""

    pk = models.CompositePrimaryKey("list", "rank")
    list = models.UUIDField()
    rank = models.SmallIntegerField()  # 1: the best
    item = models.TextField()
    name = models.TextField(default="")
    why = models.TextField()  # due, later, or why it may be liked: a code
    next_on = models.DateField(null=True)  # when it is needed again

    class Meta:
        db_table = "programme_offer_list_line"


class CouponNumber(models.Model):
    """The last number an organisation's coupons have."""

    organisation = models.UUIDField(primary_key=True)
    last = models.BigIntegerField()

    class Meta:
        db_table = "programme_coupon_number"


class CouponUse(models.Model):
    """A coupon at a purchase. Ends once: held → used or released or lapsed; used → restored."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.UUIDField()
    coupon = models.UUIDField()
    occasion = models.UUIDField()  # the sale or reservation
    member = models.UUIDField(null=True)  # who it was then; None: nobody known, or erased
    shown = models.UUIDField(null=True)
    state = models.TextField()
    discount = models.BigIntegerField()
    units = models.BigIntegerField()  # points or gifts
    currency = models.TextField()
    merchant = models.TextField()
    store = models.TextField()
    at = models.DateTimeField()  # when it happened
    recorded_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)  # when the state it is in began, after the first

    class Meta:
        db_table = "programme_coupon_use"
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("reserved", "redeemed", "released", "lapsed", "restored")),
                name="programme_coupon_use_state",
            ),
            models.UniqueConstraint(
                fields=["occasion", "coupon"],
                name="programme_coupon_use_once",
                condition=Q(state__in=("reserved", "redeemed")),
            ),
        )
        indexes = (
            models.Index(fields=["coupon", "id"], name="programme_coupon_use_of_coupon"),
            models.Index(fields=["member"], name="programme_coupon_use_of_member", condition=Q(member__isnull=False)),
        )


class Reservation(models.Model):
    """What an open checkout holds of coupons, limits and budgets, until it ends. Closed once."""

    occasion = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    merchant = models.TextField()
    store = models.TextField()
    placed_at = models.DateTimeField()
    lapses_at = models.DateTimeField()  # cannot be kept from here on, whether the job came by or not
    closed_as = models.TextField(null=True)  # kept, released, lapsed; None: open
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "programme_reservation"
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_as=None, closed_at=None)
                | Q(closed_as__in=("kept", "released", "lapsed"), closed_at__isnull=False),
                name="programme_reservation_closed_once",
            ),
            models.CheckConstraint(condition=Q(lapses_at__gt=F("placed_at")), name="programme_reservation_lasts"),
        )
        indexes = (models.Index(fields=["lapses_at"], name="programme_reservation_due", condition=Q(closed_as=None)),)
