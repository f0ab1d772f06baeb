"""Days of members (birthdays, months of membership) that were gone through."""

from django.db import models


class Round(models.Model):
    """An occasion of a day, all of whose members have been told: the next run need not look again."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.UUIDField()
    occasion = models.TextField()
    day = models.DateField()  # in the organisation's zone
    done_at = models.DateTimeField()

    class Meta:
        db_table = "programme_round"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "occasion", "day"], name="programme_round_once"),
        )
