"""Tiers: what counts towards them, where each member stands, what was decided, and what benefits were used."""

from django.db import migrations, models

GUARDS = """
create function programme_never() returns trigger language plpgsql as $$
begin
    raise exception '% of % refused: what counted and what was decided is only ever added to', tg_op, tg_table_name
        using errcode = 'restrict_violation';
end $$;
create trigger programme_qualifying_kept
    before delete or update of id, organisation, own, occasion, measure, amount, effective_at, recorded_at
    on programme_qualifying execute function programme_never();
create trigger programme_qualifying_whole before truncate on programme_qualifying execute function programme_never();
create trigger programme_standing_change_kept before update or delete on programme_standing_change
    execute function programme_never();
create trigger programme_standing_change_whole before truncate on programme_standing_change
    execute function programme_never();
create trigger programme_given_kept
    before delete or update of id, organisation, own, ladder, level, because, begins_at, made_at, made_by, deed
    on programme_given execute function programme_never();
create trigger programme_given_whole before truncate on programme_given execute function programme_never();
create trigger programme_benefit_use_kept
    before delete or update of id, organisation, own, benefit, version, ladder, level, period, count, used_at
    on programme_benefit_use execute function programme_never();
create trigger programme_benefit_use_whole before truncate on programme_benefit_use execute function programme_never();
alter table programme_standing set (fillfactor = 80);
"""

TABLES = ("qualifying", "standing_change", "given", "benefit_use")
UNGUARDED = (
    "".join(
        f"drop trigger programme_{name}_{guard} on programme_{name};" for name in TABLES for guard in ("kept", "whole")
    )
    + "drop function programme_never;"
)


class Migration(migrations.Migration):
    dependencies = [("programme", "0002_coupons")]
    operations = [
        migrations.CreateModel(
            name="Qualifying",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("member", models.UUIDField()),
                ("own", models.UUIDField()),
                ("occasion", models.UUIDField()),
                ("measure", models.TextField()),
                ("amount", models.BigIntegerField()),
                ("effective_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "programme_qualifying",
                "indexes": [
                    models.Index(
                        fields=["member", "effective_at"],
                        include=("measure", "amount", "recorded_at"),
                        name="programme_qualifying_member",
                    ),
                    models.Index(fields=["occasion"], name="programme_qualifying_occasion"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="programme_qualifying_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Given",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("member", models.UUIDField()),
                ("own", models.UUIDField()),
                ("ladder", models.TextField()),
                ("level", models.TextField()),
                ("because", models.TextField()),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("challenge", models.JSONField(default=list)),
                ("afresh", models.BooleanField(default=False)),
                ("for_ever", models.BooleanField(default=False)),
                ("reason", models.TextField(default="")),
                ("partner", models.TextField(default="")),
                ("source", models.TextField(default="")),
                ("external_id", models.TextField(default="")),
                ("made_at", models.DateTimeField()),
                ("made_by", models.TextField()),
                ("deed", models.UUIDField(null=True)),
                ("standing", models.JSONField(null=True)),
                ("void_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "programme_given",
                "indexes": [
                    models.Index(fields=["member", "ladder"], name="programme_given_member"),
                    models.Index(
                        condition=models.Q(("deed__isnull", False)), fields=["deed"], name="programme_given_deed"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        fields=("organisation", "source", "external_id"),
                        name="programme_given_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member", "ladder", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("member", models.UUIDField()),
                ("ladder", models.TextField()),
                ("organisation", models.UUIDField()),
                ("joined_at", models.DateTimeField()),
                ("level", models.TextField()),
                ("since", models.DateTimeField()),
                ("qualified_at", models.DateTimeField()),
                ("because", models.TextField()),
                ("valid_until", models.DateTimeField(null=True)),
                ("review_at", models.DateTimeField(null=True)),
                ("grace_until", models.DateTimeField(null=True)),
                ("counted_from", models.DateTimeField(null=True)),
                ("afresh_from", models.DateTimeField(null=True)),
                ("floor", models.TextField(default="")),
                ("held", models.JSONField(default=dict)),
                ("recheck_at", models.DateTimeField(null=True)),
                ("landed", models.BooleanField(default=False)),
                ("shown_level", models.TextField()),
                ("shown_since", models.DateTimeField()),
                ("shown_until", models.DateTimeField(null=True)),
                ("shown_because", models.TextField()),
                ("decided_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "programme_standing",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="programme_standing_due"
                    ),
                    models.Index(fields=["organisation", "ladder"], name="programme_standing_ladder"),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("member", models.UUIDField()),
                ("ladder", models.TextField()),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("level", models.TextField()),
                ("since", models.DateTimeField()),
                ("valid_until", models.DateTimeField(null=True)),
                ("because", models.TextField()),
                ("anew_from", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "programme_standing_change",
                "indexes": [models.Index(fields=["member", "ladder", "id"], name="programme_standing_changes")],
            },
        ),
        migrations.CreateModel(
            name="BenefitUse",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("member", models.UUIDField()),
                ("own", models.UUIDField()),
                ("benefit", models.TextField()),
                ("version", models.UUIDField()),
                ("ladder", models.TextField()),
                ("level", models.TextField()),
                ("period", models.TextField()),
                ("count", models.IntegerField()),
                ("given_back", models.IntegerField(default=0)),
                ("used_at", models.DateTimeField()),
                ("merchant", models.TextField(default="")),
                ("store", models.TextField(default="")),
                ("actor", models.TextField()),
                ("source", models.TextField(default="")),
                ("external_id", models.TextField(default="")),
            ],
            options={
                "db_table": "programme_benefit_use",
                "indexes": [models.Index(fields=["member", "benefit", "period"], name="programme_benefit_use_member")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("count__gt", 0), ("given_back__gte", 0), ("given_back__lte", models.F("count"))
                        ),
                        name="programme_benefit_use_given_back_within",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        fields=("organisation", "source", "external_id"),
                        name="programme_benefit_use_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LevelCoupon",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("member", models.UUIDField()),
                ("own", models.UUIDField()),
                ("ladder", models.TextField()),
                ("level", models.TextField()),
                ("benefit", models.TextField()),
                ("version", models.UUIDField()),
                ("period", models.TextField()),
                ("series", models.TextField()),
                ("count", models.IntegerField()),
                ("issued_at", models.DateTimeField()),
                ("handed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "programme_level_coupon",
                "indexes": [
                    models.Index(
                        condition=models.Q(("handed_at", None)), fields=["id"], name="programme_level_coupon_waiting"
                    ),
                    models.Index(fields=["member"], name="programme_level_coupon_member"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("own", "ladder", "level", "benefit", "period"), name="programme_level_coupon_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LadderBegun",
            fields=[
                ("version", models.UUIDField(primary_key=True, serialize=False)),
                ("begun_at", models.DateTimeField()),
            ],
            options={"db_table": "programme_ladder_begun"},
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
