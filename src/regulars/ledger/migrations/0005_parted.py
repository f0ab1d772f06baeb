from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_seals_and_books")]

    operations = [
        migrations.AddField("account", "been", ArrayField(base_field=models.UUIDField(), null=True, size=None)),
    ]
