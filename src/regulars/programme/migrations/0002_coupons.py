"""Coupons, their uses, and what open checkouts hold."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programme", "0001_terms")]
    operations = [
        migrations.CreateModel(
            name="CouponNumber",
            fields=[
                ("organisation", models.UUIDField(primary_key=True, serialize=False)),
                ("last", models.BigIntegerField()),
            ],
            options={
                "db_table": "programme_coupon_number",
            },
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("series", models.TextField()),
                ("terms", models.UUIDField()),
                ("batch", models.UUIDField()),
                ("number", models.BigIntegerField(null=True)),
                ("mark", models.BinaryField(null=True)),
                ("text", models.TextField(null=True)),
                ("member", models.UUIDField(null=True)),
                ("hard", models.BooleanField(default=False)),
                ("given_for", models.TextField(null=True)),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("uses", models.IntegerField(null=True)),
                ("taken", models.IntegerField(default=0)),
                ("kept", models.IntegerField(default=0)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("issued", "Issued"),
                            ("reserved", "Reserved"),
                            ("redeemed", "Redeemed"),
                            ("expired", "Expired"),
                            ("revoked", "Revoked"),
                        ],
                        default="issued",
                    ),
                ),
            ],
            options={
                "db_table": "programme_coupon",
                "indexes": [
                    models.Index(fields=["organisation", "series", "id"], name="programme_coupon_of_series"),
                    models.Index(fields=["batch"], name="programme_coupon_of_batch"),
                    models.Index(
                        condition=models.Q(("member__isnull", False)),
                        fields=["member"],
                        name="programme_coupon_of_member",
                    ),
                    models.Index(
                        condition=models.Q(("expires_at__isnull", False), ("state", "issued")),
                        fields=["expires_at"],
                        name="programme_coupon_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "number"), name="programme_coupon_one_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("mark__isnull", False)),
                        fields=("organisation", "mark"),
                        name="programme_coupon_one_mark",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("given_for__isnull", False)),
                        fields=("organisation", "series", "given_for"),
                        name="programme_coupon_given_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mark", None), ("number__isnull", False), ("text", None)),
                            models.Q(("mark__isnull", False), ("number", None)),
                            _connector="OR",
                        ),
                        name="programme_coupon_one_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kept__gte", 0),
                            ("taken__gte", models.F("kept")),
                            models.Q(("uses", None), ("taken__lte", models.F("uses")), _connector="OR"),
                        ),
                        name="programme_coupon_never_overspent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["issued", "reserved", "redeemed", "expired", "revoked"])),
                        name="programme_coupon_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hard", False), ("member__isnull", False), _connector="OR"),
                        name="programme_coupon_hard",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CouponUse",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("coupon", models.UUIDField()),
                ("occasion", models.UUIDField()),
                ("member", models.UUIDField(null=True)),
                ("shown", models.UUIDField(null=True)),
                ("state", models.TextField()),
                ("discount", models.BigIntegerField()),
                ("units", models.BigIntegerField()),
                ("currency", models.TextField()),
                ("merchant", models.TextField()),
                ("store", models.TextField()),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "programme_coupon_use",
                "indexes": [
                    models.Index(fields=["coupon", "id"], name="programme_coupon_use_of_coupon"),
                    models.Index(
                        condition=models.Q(("member__isnull", False)),
                        fields=["member"],
                        name="programme_coupon_use_of_member",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("reserved", "redeemed", "released", "lapsed", "restored"))),
                        name="programme_coupon_use_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("reserved", "redeemed"))),
                        fields=("occasion", "coupon"),
                        name="programme_coupon_use_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("occasion", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("merchant", models.TextField()),
                ("store", models.TextField()),
                ("placed_at", models.DateTimeField()),
                ("lapses_at", models.DateTimeField()),
                ("closed_as", models.TextField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "programme_reservation",
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_as", None)), fields=["lapses_at"], name="programme_reservation_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_as", None), ("closed_at", None)),
                            models.Q(("closed_as__in", ("kept", "released", "lapsed")), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="programme_reservation_closed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lapses_at__gt", models.F("placed_at"))), name="programme_reservation_lasts"
                    ),
                ],
            },
        ),
    ]
