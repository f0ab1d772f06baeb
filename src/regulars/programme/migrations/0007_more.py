"""Activities, goodwill, referrals, challenges, cash-back offers and pools; what was done is never emptied."""

import django.contrib.postgres.fields
from django.db import migrations, models

GUARDS = """
create trigger programme_activity_kept before delete or update of event, organisation, member, shown
    on programme_activity execute function programme_checkout_never();
create trigger programme_activity_whole before truncate on programme_activity
    execute function programme_checkout_never();
create trigger programme_reset_kept before delete or update of id, organisation, member, event, code, version, unit,
    amount, transfer, taken_at, appeal_until on programme_reset execute function programme_checkout_never();
create trigger programme_referral_kept before delete or update of id, organisation, programme, terms, referrer, friend,
    claimed_at on programme_referral execute function programme_checkout_never();
create trigger programme_enrolment_kept before delete or update of id, organisation, kind, code, terms, member,
    enrolled_at, begins_at, ends_at on programme_enrolment execute function programme_checkout_never();
create trigger programme_followed_kept before delete or update of id, occasion, kind, subject, code, version, member,
    unit, series, amount, transfer, coupons, given_at on programme_followed
    execute function programme_checkout_never();
create trigger programme_goodwill_kept before delete or update of id, organisation, member, shown, role, person, unit,
    series, amount, reason, merchant, store, transfer, adjustment, coupons, given_at
    on programme_goodwill execute function programme_checkout_never();
create trigger programme_goodwill_whole before truncate on programme_goodwill
    execute function programme_checkout_never();
"""
UNGUARDED = """
drop trigger programme_reset_kept on programme_reset;
drop trigger programme_followed_kept on programme_followed;
drop trigger programme_enrolment_kept on programme_enrolment;
drop trigger programme_referral_kept on programme_referral;
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
        migrations.CreateModel(
            name="ChallengeStep",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "enrolment", "occasion", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("enrolment", models.UUIDField()),
                ("occasion", models.UUIDField()),
                ("amount", models.BigIntegerField()),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "programme_challenge_step",
                "indexes": [models.Index(fields=["occasion"], name="programme_challenge_step_of")],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("kind", models.TextField()),
                ("code", models.TextField()),
                ("terms", models.UUIDField()),
                ("member", models.UUIDField()),
                ("enrolled_at", models.DateTimeField()),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("state", models.TextField(default="open")),
                ("reached_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "programme_enrolment",
                "indexes": [
                    models.Index(
                        condition=models.Q(("ends_at__isnull", False), ("kind", "challenge"), ("state", "open")),
                        fields=["ends_at"],
                        name="programme_enrolment_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "kind", "code", "begins_at"), name="programme_enrolment_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reached_at", None), ("state__in", ("open", "missed"))),
                            models.Q(("reached_at__isnull", False), ("state", "reached")),
                            _connector="OR",
                        ),
                        name="programme_enrolment_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("begins_at")), _connector="OR"),
                        name="programme_enrolment_lasts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Followed",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("occasion", models.UUIDField()),
                ("kind", models.TextField()),
                ("subject", models.UUIDField()),
                ("code", models.TextField()),
                ("version", models.UUIDField()),
                ("member", models.UUIDField()),
                ("unit", models.TextField(default="")),
                ("series", models.TextField(default="")),
                ("amount", models.BigIntegerField()),
                ("transfer", models.UUIDField(null=True)),
                (
                    "coupons",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("given_at", models.DateTimeField()),
                ("taken_back_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "programme_followed",
                "indexes": [
                    models.Index(fields=["occasion"], name="programme_followed_from"),
                    models.Index(fields=["subject"], name="programme_followed_of"),
                    models.Index(fields=["member"], name="programme_followed_member"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("programme", models.TextField()),
                ("terms", models.UUIDField()),
                ("referrer", models.UUIDField()),
                ("friend", models.UUIDField()),
                ("claimed_at", models.DateTimeField()),
                ("sale", models.UUIDField(null=True)),
                ("rewarded_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "programme_referral",
                "indexes": [
                    models.Index(fields=["referrer"], name="programme_referral_of"),
                    models.Index(fields=["sale"], name="programme_referral_by", condition=models.Q(sale__isnull=False)),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("friend", "programme"), name="programme_referral_once"),
                    models.CheckConstraint(
                        condition=models.Q(("friend", models.F("referrer")), _negated=True),
                        name="programme_referral_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rewarded_at", None), ("sale", None)),
                            models.Q(("rewarded_at__isnull", False), ("sale__isnull", False)),
                            _connector="OR",
                        ),
                        name="programme_referral_rewarded",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralCode",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("code", models.TextField()),
                ("member", models.UUIDField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "programme_referral_code",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "code"), name="programme_referral_code_one"),
                    models.UniqueConstraint(fields=("member",), name="programme_referral_code_each"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reset",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("member", models.UUIDField()),
                ("event", models.UUIDField()),
                ("code", models.TextField()),
                ("version", models.UUIDField()),
                ("unit", models.TextField()),
                ("amount", models.BigIntegerField()),
                ("transfer", models.UUIDField()),
                ("taken_at", models.DateTimeField()),
                ("appeal_until", models.DateTimeField()),
                ("state", models.TextField(default="taken")),
                ("appealed_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.TextField(default="")),
            ],
            options={
                "db_table": "programme_reset",
                "indexes": [models.Index(fields=["member", "id"], name="programme_reset_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("appealed_at", None), ("decided_at", None), ("state", "taken")),
                            models.Q(("appealed_at__isnull", False), ("decided_at", None), ("state", "appealed")),
                            models.Q(("decided_at__isnull", False), ("state__in", ("given-back", "upheld"))),
                            _connector="OR",
                        ),
                        name="programme_reset_state",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="programme_reset_something"),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
