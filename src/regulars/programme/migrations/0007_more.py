"""Activities, goodwill, referrals, challenges, cash-back offers and pools; what was done is never emptied."""

import django.contrib.postgres.fields
from django.db import migrations, models

GUARDS = """
create trigger programme_activity_kept before delete or update of event, organisation, member, shown
    on programme_activity execute function programme_checkout_never();
create trigger programme_activity_whole before truncate on programme_activity
    execute function programme_checkout_never();
create trigger programme_goodwill_kept before delete or update of id, organisation, member, shown, role, person, unit,
    series, amount, reason, merchant, store, transfer, adjustment, coupons, given_at
    on programme_goodwill execute function programme_checkout_never();
create trigger programme_goodwill_whole before truncate on programme_goodwill
    execute function programme_checkout_never();
"""
UNGUARDED = """
drop trigger programme_goodwill_whole on programme_goodwill;
drop trigger programme_goodwill_kept on programme_goodwill;
drop trigger programme_activity_whole on programme_activity;
drop trigger programme_activity_kept on programme_activity;
"""


class Migration(migrations.Migration):
    dependencies = [("programme", "0006_moving_in")]
    operations = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("event", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("member", models.UUIDField()),
                ("shown", models.UUIDField()),
                ("gains", models.JSONField()),
                ("told", models.JSONField()),
            ],
            options={
                "db_table": "programme_activity",
                "indexes": [models.Index(fields=["shown"], name="programme_activity_shown")],
            },
        ),
        migrations.CreateModel(
            name="Goodwill",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("member", models.UUIDField()),
                ("shown", models.UUIDField()),
                ("role", models.TextField()),
                ("person", models.TextField()),
                ("unit", models.TextField(default="")),
                ("series", models.TextField(default="")),
                ("amount", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("note", models.TextField(default="")),
                ("merchant", models.TextField(default="")),
                ("store", models.TextField(default="")),
                ("transfer", models.UUIDField(null=True)),
                ("adjustment", models.UUIDField(null=True)),
                (
                    "coupons",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("given_at", models.DateTimeField()),
            ],
            options={
                "db_table": "programme_goodwill",
                "indexes": [
                    models.Index(fields=["organisation", "given_at"], name="programme_goodwill_report"),
                    models.Index(fields=["shown"], name="programme_goodwill_shown"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="programme_goodwill_something"),
                    models.CheckConstraint(
                        condition=models.Q(("unit", ""), ("series", ""), _connector="XOR"),
                        name="programme_goodwill_units_or_coupons",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
