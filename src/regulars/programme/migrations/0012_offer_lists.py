"""Personal lists with offers, and coupons that are each for one product of one."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0011_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="OfferList",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("number", models.BigIntegerField()),
                ("member", models.UUIDField()),
                ("made_for", models.TextField()),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "programme_offer_list",
                "indexes": [models.Index(fields=["member", "-begins_at"], name="programme_offer_list_member")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "number"), name="programme_offer_list_one_number"),
                    models.UniqueConstraint(fields=("made_for", "member"), name="programme_offer_list_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferListLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "list", "rank", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("list", models.UUIDField()),
                ("rank", models.SmallIntegerField()),
                ("item", models.TextField()),
                ("name", models.TextField(default="")),
                ("why", models.TextField()),
                ("next_on", models.DateField(null=True)),
            ],
            options={"db_table": "programme_offer_list_line"},
        ),
        migrations.AddField(model_name="coupon", name="item", field=models.TextField(null=True)),
        migrations.AddField(model_name="coupon", name="list", field=models.UUIDField(null=True)),
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(condition=Q(("list__isnull", False)), fields=["list"], name="programme_coupon_of_list"),
        ),
    ]
