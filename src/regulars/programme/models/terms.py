"""Everything an organisation promises, as documents kept in versions; and which edition of them holds."""

from django.db import models
from django.db.models import F, Q


class Terms(models.Model):
    """A version of a rule, promotion, series, ladder or reward. Added, never changed; its end may only come nearer."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    kind = models.TextField()
    code = models.TextField()
    version = models.IntegerField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)  # not included; the same as begins_at: withdrawn before it began
    document = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.TextField()

    class Meta:
        db_table = "programme_terms"
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "kind", "code", "version"], name="programme_terms_one_of_a_version"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("begins_at")), name="programme_terms_end_after_begin"
            ),
            models.CheckConstraint(condition=Q(version__gt=0), name="programme_terms_version_counts"),
        )


class Edition(models.Model):
    """One row an organisation: new after each change of its terms (a trigger), so that a copy can be kept."""

    organisation = models.UUIDField(primary_key=True)
    edition = models.UUIDField()

    class Meta:
        db_table = "programme_edition"
