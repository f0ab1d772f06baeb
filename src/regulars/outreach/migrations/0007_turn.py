"""What was tried least goes first among those that are due at the same moment: in the order of an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("outreach", "0006_campaigns"),)

    operations = (
        migrations.RemoveIndex(model_name="outgoing", name="outreach_outgoing_next"),
        migrations.AddIndex(
            model_name="outgoing",
            index=models.Index(
                models.F("channel"), models.F("rank").desc(), models.F("next_at"), models.F("tries"),
                name="outreach_outgoing_turn",
            ),
        ),
    )  # fmt: skip
