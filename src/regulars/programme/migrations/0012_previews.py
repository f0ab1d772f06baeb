"""Drafts of terms, with what past purchases would have cost under them."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0012_offer_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="Preview",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("kind", models.TextField()),
                ("code", models.TextField()),
                ("document", models.JSONField()),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("stopped", "Stopped"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                    ),
                ),
                ("actor", models.TextField()),
                ("actor_name", models.TextField(default="")),
                ("made_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField()),
                ("begun_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("stop_at", models.DateTimeField(null=True)),
                ("tries", models.SmallIntegerField(default=0)),
                ("claim", models.UUIDField(null=True)),
                ("part", models.BigIntegerField(default=0)),
                ("whole", models.BigIntegerField(default=0)),
                ("told", models.JSONField(default=dict)),
                ("version", models.UUIDField(null=True)),
            ],
            options={"db_table": "programme_preview"},
        ),
        migrations.AddIndex(
            model_name="preview",
            index=models.Index(fields=["organisation", "kind", "code", "-id"], name="programme_preview_of"),
        ),
        migrations.AddIndex(
            model_name="preview",
            index=models.Index(
                condition=Q(state__in=("waiting", "running")), fields=["asked_at"], name="programme_preview_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="preview",
            constraint=models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "stopped", "failed"]),
                name="programme_preview_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="preview",
            constraint=models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="programme_preview_days"),
        ),
    ]
