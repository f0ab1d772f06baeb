"""What each theme adds to a member's chance to leave."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scorebook", "0004_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="score",
            name="leave_points",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SmallIntegerField(), null=True, size=None
            ),
        ),
    ]
