"""Activities, goodwill, referrals, challenges, cash-back offers and pools; what was done is never emptied."""

from django.db import migrations, models

GUARDS = """
create trigger programme_activity_kept before delete or update of event, organisation, member, shown
    on programme_activity execute function programme_checkout_never();
create trigger programme_activity_whole before truncate on programme_activity
    execute function programme_checkout_never();
"""
UNGUARDED = """
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
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
