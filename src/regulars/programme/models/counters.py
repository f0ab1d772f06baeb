"""How much of a limit or budget is used: a sum to lock, and the uses it is made of."""

from django.db import models
from django.db.models import F, Q


class Counter(models.Model):
    """One sum. Its id is made of its key, so that it can be locked without being looked for."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    code = models.TextField()  # whose limit: "earn/welcome"
    of = models.TextField()  # rules.limits.Of
    subject = models.TextField()  # "", "member …", "store …", "merchant …", "known …"
    period = models.TextField()
    used = models.BigIntegerField()

    class Meta:
        db_table = "programme_counter"
        constraints = (models.CheckConstraint(condition=Q(used__gte=0), name="programme_counter_not_below_nothing"),)
        indexes = (
            models.Index(fields=["subject"], name="programme_counter_subject", condition=~Q(subject="")),
            models.Index(fields=["organisation", "code"], name="programme_counter_code"),
        )


class Use(models.Model):
    """What an occasion took of a sum. While it is only held it counts too; what is freed counts no more."""

    id = models.BigAutoField(primary_key=True)
    counter = models.UUIDField()
    occasion = models.UUIDField()  # the purchase, event or hold that took it
    member = models.UUIDField(null=True)  # whose card was shown; None: nobody's, or erased
    amount = models.BigIntegerField()
    freed = models.BigIntegerField(default=0)
    held = models.BooleanField(default=False)  # by a checkout that is still open
    at = models.DateTimeField()  # when it happened

    class Meta:
        db_table = "programme_use"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=0, freed__gte=0, freed__lte=F("amount")), name="programme_use_freed_within"
            ),
        )
        indexes = (
            models.Index(fields=["counter", "at"], name="programme_use_sliding"),
            models.Index(fields=["occasion"], name="programme_use_occasion"),
            models.Index(fields=["member"], name="programme_use_member", condition=Q(member__isnull=False)),
        )
