"""Rewards that a household pays for together."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programme", "0008_reviews")]
    operations = [migrations.AddField("redemption", "paid_by", models.JSONField(default=list))]
