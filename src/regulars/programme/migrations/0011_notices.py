"""When a member was written to of what was taken, and when goodwill was taken back. What was taken before these notices
were there is long known: nobody is written to of it."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0010_goodwill_cause"),
    ]

    operations = [
        migrations.AddField(
            model_name="goodwill",
            name="taken_back_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="reset",
            name="noticed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL("UPDATE programme_reset SET noticed_at = taken_at", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="reset",
            index=models.Index(condition=Q(("noticed_at", None)), fields=["id"], name="programme_reset_unnoticed"),
        ),
        migrations.AddIndex(
            model_name="reset",
            index=models.Index(
                condition=Q(("state", "appealed")), fields=["organisation", "id"], name="programme_reset_appealed"
            ),
        ),
    ]
