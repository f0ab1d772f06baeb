"""What waits for the lake goes there in numbered batches."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("sales", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("currency", models.CharField(max_length=3)),
                ("number", models.IntegerField()),
                ("documents", models.IntegerField()),
                ("lines", models.BigIntegerField(null=True)),
                ("cut_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "sales_batch",
                "indexes": [models.Index(condition=Q(("done_at", None)), fields=["id"], name="sales_batch_open")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "currency", "number"), name="sales_batch_once"),
                ],
            },
        ),
        migrations.AddField(model_name="outbox", name="batch", field=models.BigIntegerField(null=True)),
        migrations.AddIndex(
            model_name="outbox",
            index=models.Index(condition=Q(("batch__isnull", False)), fields=["batch"], name="sales_outbox_batch"),
        ),
        migrations.AddIndex(
            model_name="outbox",
            index=models.Index(condition=Q(("batch", None)), fields=["id"], name="sales_outbox_waiting"),
        ),
    ]
