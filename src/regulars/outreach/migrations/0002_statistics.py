"""Nearly every member is a root: without knowing it, the planner believes that one in two hundred is."""

from django.db import migrations

NAME = "members_member_is_root"


class Migration(migrations.Migration):
    dependencies = [("outreach", "0001_initial"), ("members", "0005_asked_by_audiences")]

    operations = [
        migrations.RunSQL(
            f"CREATE STATISTICS {NAME} ON ((root_id = id)) FROM members_member",
            f"DROP STATISTICS {NAME}",
        ),
    ]
