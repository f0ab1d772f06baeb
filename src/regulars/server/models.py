"""Tables of the installation itself."""

from django.db import models


class FirstLink(models.Model):
    """A link to the page that makes the first administrator. What is kept cannot give the link back."""

    digest = models.BinaryField(primary_key=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "server_first_link"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("made_at")), name="server_first_link_expires_later"
            ),
        )


class StepDone(models.Model):
    """How a step of the worker went last: noted at each failure, and of what goes well some twice a minute."""

    name = models.TextField(primary_key=True)
    done_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    failed_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")  # one line, without what the database says of rows

    class Meta:
        db_table = "server_step"


class Secret(models.Model):
    """Which secrets this database works with, by fingerprint: a machine that has others must not join."""

    name = models.TextField(primary_key=True)
    fingerprint = models.TextField()

    class Meta:
        db_table = "server_secret"
