"""Households and companies."""

from django.db import models
from django.db.models import Q

from regulars.members.models.people import Member


class Household(models.Model):
    """People who live, and often shop, together."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    head = models.ForeignKey(Member, models.PROTECT, null=True, related_name="heads")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "members_household"


class Company(models.Model):
    """A firm that buys. A key account has someone of ours who looks after it."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    name = models.TextField()
    register = models.TextField(default="")  # tax or register number
    is_key_account = models.BooleanField(default=False)
    carer = models.UUIDField(null=True)  # the staff who looks after it
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="branches")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "members_company"
        indexes = (models.Index(fields=["organisation", "name"], name="members_company_name"),)
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "register"], name="members_company_register", condition=~Q(register="")
            ),
            models.CheckConstraint(
                name="members_company_key_account_has_carer",
                condition=Q(is_key_account=False) | Q(carer__isnull=False),
            ),
        )


class Contact(models.Model):
    """A member who speaks for a company, for as long as they do."""

    id = models.BigAutoField(primary_key=True)
    company = models.ForeignKey(Company, models.PROTECT, related_name="contacts")
    member = models.ForeignKey(Member, models.PROTECT, related_name="contacts")
    role = models.TextField()  # buyer, accounts, director …
    is_main = models.BooleanField(default=False)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_contact"
        constraints = (
            models.UniqueConstraint(
                fields=["company", "member"], name="members_contact_once", condition=Q(ended_at=None)
            ),
            models.UniqueConstraint(
                fields=["company"], name="members_contact_one_main", condition=Q(ended_at=None, is_main=True)
            ),
        )
