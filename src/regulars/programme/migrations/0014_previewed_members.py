"""Whom the figures of a draft are of; and when a member was written to of what was decided on an appeal. What was decided
before these messages were there is long known: nobody is written to of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0013_taken_again"),
    ]

    operations = [
        migrations.CreateModel(
            name="PreviewMember",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "preview", "member", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("preview", models.UUIDField()),
                ("member", models.UUIDField()),
                ("side", models.SmallIntegerField()),
                ("size", models.DecimalField(decimal_places=0, max_digits=60)),
                ("bills", models.IntegerField()),
                ("told", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "programme_preview_member",
            },
        ),
        migrations.AddField(
            model_name="reset",
            name="answered_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            "UPDATE programme_reset SET answered_at = decided_at WHERE decided_at IS NOT NULL", migrations.RunSQL.noop
        ),
        migrations.AddIndex(
            model_name="reset",
            index=models.Index(
                condition=models.Q(("answered_at", None), ("decided_at__isnull", False)),
                fields=["decided_at"],
                name="programme_reset_unanswered",
            ),
        ),
        migrations.AddIndex(
            model_name="previewmember",
            index=models.Index(fields=["preview", "side", "-size", "member"], name="programme_preview_member_by"),
        ),
        migrations.AddIndex(
            model_name="previewmember",
            index=models.Index(fields=["member"], name="programme_preview_member_of"),
        ),
        migrations.AddConstraint(
            model_name="previewmember",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", (-1, 0, 1))), name="programme_preview_member_side"
            ),
        ),
    ]
