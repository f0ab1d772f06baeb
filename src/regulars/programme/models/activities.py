"""What the programme did at each activity of a member."""

from django.db import models


class Activity(models.Model):
    """One activity as the programme saw it, with its answer, to be given again."""

    event = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField()  # who was meant then
    shown = models.UUIDField()
    gains = models.JSONField()  # what rules gave, by which transfer
    told = models.JSONField()

    class Meta:
        db_table = "programme_activity"
        indexes = (models.Index(fields=["shown"], name="programme_activity_shown"),)
