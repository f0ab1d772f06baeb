from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0005_asked_by_audiences"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["organisation", "enrolled_at"], name="members_member_joined"),
        ),
    ]
