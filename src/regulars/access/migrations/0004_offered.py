"""What releases so far gave a built-in role; of those there now, what they have."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("access", "0003_second_factor"),)

    operations = (
        migrations.AddField(
            model_name="role",
            name="offered",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.RunSQL("UPDATE access_role SET offered = rights", migrations.RunSQL.noop),
    )
