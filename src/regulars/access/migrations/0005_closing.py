"""Merchants and stores can be closed: those there now are open."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("access", "0004_offered"),)

    operations = tuple(
        migrations.AddField(model_name=name, name="closed_at", field=models.DateTimeField(null=True))
        for name in ("merchant", "store")
    )
