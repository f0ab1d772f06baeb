from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("server", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="StepDone",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("done_at", models.DateTimeField(null=True)),
                ("seconds", models.FloatField(default=0)),
                ("failed_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(default="")),
            ],
            options={
                "db_table": "server_step",
            },
        ),
    ]
