"""Which transfer took anew what an appeal had given back, where that decision was taken back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0012_previews"),
    ]

    operations = [
        migrations.AddField(
            model_name="reset",
            name="again",
            field=models.UUIDField(null=True),
        ),
    ]
