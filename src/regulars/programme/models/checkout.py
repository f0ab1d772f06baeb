"""What the programme did at each purchase, and what of it was taken back since."""

from django.db import models


class Checkout(models.Model):
    """One purchase as the programme saw it: facts of then, so that a return decides on the same."""

    sale = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField(null=True)  # who was meant then
    shown = models.UUIDField(null=True)
    facts = models.JSONField()  # what the rules knew: the member, the occasion beside its lines
    parts = models.JSONField()  # what points and value paid: by line, out of whose account, by which transfer
    gains = models.JSONField()  # what was loaded, what rules and promotions gave, by which transfer
    told = models.JSONField()  # the answer
    # What changes as lines come back: of each gain what is still given, of each part what is still paid.
    given = models.JSONField()
    paid = models.JSONField()

    class Meta:
        db_table = "programme_checkout"
        indexes = (
            models.Index(fields=["shown"], name="programme_checkout_shown", condition=models.Q(shown__isnull=False)),
        )


class Back(models.Model):
    """The answer to a return, to be given again."""

    id = models.UUIDField(primary_key=True)
    sale = models.UUIDField()
    told = models.JSONField()

    class Meta:
        db_table = "programme_return"
        indexes = (models.Index(fields=["sale"], name="programme_return_of"),)
