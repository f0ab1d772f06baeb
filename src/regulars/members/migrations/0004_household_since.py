"""Since when a member lives in a household. Of those who live in one already the household's own beginning is known."""

from django.db import migrations, models
from django.db.models import Q

SINCE = """
UPDATE members_member m SET household_since = h.created_at FROM members_household h WHERE h.id = m.household_id
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0003_deeds")]

    operations = [
        migrations.AddField("member", "household_since", models.DateTimeField(null=True)),
        migrations.RunSQL(SINCE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "member",
            models.CheckConstraint(
                name="members_member_household_since",
                condition=Q(household=None, household_since=None)
                | Q(household__isnull=False, household_since__isnull=False),
            ),
        ),
    ]
