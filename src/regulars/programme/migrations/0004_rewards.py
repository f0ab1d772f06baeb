"""What was asked for out of the catalogue of rewards."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programme", "0003_tiers")]
    operations = [
        migrations.CreateModel(
            name="Redemption",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("member", models.UUIDField()),
                ("own", models.UUIDField()),
                ("reward", models.TextField()),
                ("version", models.UUIDField()),
                ("price", models.TextField()),
                ("count", models.IntegerField()),
                ("unit", models.TextField(default="")),
                ("amount", models.BigIntegerField(default=0)),
                ("currency", models.TextField(default="")),
                ("money", models.BigIntegerField(default=0)),
                ("state", models.TextField()),
                ("hold", models.UUIDField(null=True)),
                ("transfer", models.UUIDField(null=True)),
                ("merchant", models.TextField(default="")),
                ("store", models.TextField(default="")),
                ("funder", models.TextField(default="")),
                ("asked_at", models.DateTimeField()),
                ("lapses_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(default="")),
                ("source", models.TextField(default="")),
                ("external_id", models.TextField(default="")),
                ("fingerprint", models.BinaryField(default=b"")),
                ("actor", models.TextField()),
            ],
            options={
                "db_table": "programme_redemption",
                "indexes": [
                    models.Index(fields=["member", "id"], name="programme_redemption_member"),
                    models.Index(
                        condition=models.Q(("state", "reserved")), fields=["lapses_at"], name="programme_redemption_due"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("reserved", "fulfilled", "cancelled"))),
                        name="programme_redemption_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("count__gt", 0), ("money__gte", 0)),
                        name="programme_redemption_amounts",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        fields=("organisation", "source", "external_id"),
                        name="programme_redemption_once",
                    ),
                ],
            },
        ),
    ]
