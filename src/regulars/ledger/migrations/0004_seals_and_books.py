"""Seals, and what is closed. Nothing is changed that was written, and nothing is added to what is closed."""

from django.db import migrations, models

GUARDS = """
create function ledger_closed() returns trigger language plpgsql as $$
declare
    closed boolean;
begin
    if tg_table_name = 'ledger_day_total' then
        closed := exists (select from ledger_closed_day c where c.unit = new.unit and c.day >= new.day);
    else
        closed := exists (select from ledger_period p where p.unit = new.unit and p.last_on >= new.last_on);
    end if;
    if closed then
        raise exception 'insert into % refused: it is closed', tg_table_name using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger ledger_seal_kept before update or delete on ledger_seal execute function ledger_never();
create trigger ledger_seal_whole before truncate on ledger_seal execute function ledger_never();
create trigger ledger_closed_day_kept before update or delete on ledger_closed_day execute function ledger_never();
create trigger ledger_closed_day_whole before truncate on ledger_closed_day execute function ledger_never();
create trigger ledger_day_total_kept before update or delete on ledger_day_total execute function ledger_never();
create trigger ledger_day_total_whole before truncate on ledger_day_total execute function ledger_never();
create trigger ledger_day_total_open before insert on ledger_day_total for each row execute function ledger_closed();
create trigger ledger_period_kept before update or delete on ledger_period execute function ledger_never();
create trigger ledger_period_whole before truncate on ledger_period execute function ledger_never();
create trigger ledger_statement_line_kept before update or delete on ledger_statement_line
    execute function ledger_never();
create trigger ledger_statement_line_whole before truncate on ledger_statement_line execute function ledger_never();
create trigger ledger_statement_line_open before insert on ledger_statement_line
    for each row execute function ledger_closed();
alter table ledger_seal alter column leaves set storage external;
"""

TABLES = ("seal", "closed_day", "day_total", "period", "statement_line")
UNGUARDED = "".join(
    f"drop trigger ledger_{name}_{guard} on ledger_{name};" for name in TABLES for guard in ("kept", "whole")
)
UNGUARDED += "drop trigger ledger_day_total_open on ledger_day_total;"
UNGUARDED += "drop trigger ledger_statement_line_open on ledger_statement_line; drop function ledger_closed;"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("unit", models.TextField()),
                ("day", models.DateField()),
                ("ends_at", models.DateTimeField()),
                ("upto", models.BigIntegerField()),
                ("open_from", models.BigIntegerField()),
                ("transfers", models.BigIntegerField()),
                ("closed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_closed_day",
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("steps", models.JSONField(default=dict)),
                ("found", models.JSONField(default=list)),
                ("chain", models.BigIntegerField(default=0)),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "ledger_verification",
            },
        ),
        migrations.CreateModel(
            name="DayTotal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("unit", models.TextField()),
                ("day", models.DateField()),
                ("kind", models.TextField()),
                ("role", models.TextField()),
                ("account", models.UUIDField(null=True)),
                ("against", models.TextField()),
                ("cohort", models.DateField(null=True)),
                ("merchant", models.TextField()),
                ("store", models.TextField()),
                ("funder", models.TextField()),
                ("origin", models.TextField()),
                ("transfers", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
            ],
            options={
                "db_table": "ledger_day_total",
                "indexes": [models.Index(fields=["unit", "day"], name="ledger_day_total_of_day")],
            },
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit", "last_on", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("unit", models.TextField()),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("closed_at", models.DateTimeField()),
                ("closed_by", models.TextField()),
            ],
            options={
                "db_table": "ledger_period",
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "first_on"), name="ledger_period_first_on"),
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))), name="ledger_period_lasts"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("form", models.SmallIntegerField(default=1)),
                ("upto", models.BigIntegerField()),
                ("transfers", models.IntegerField()),
                ("digest", models.BinaryField(max_length=32)),
                ("leaves", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_seal",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0), ("transfers__gte", 0)), name="ledger_seal_counts"
                    ),
                    models.UniqueConstraint(fields=("upto",), name="ledger_seal_upto"),
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("unit", models.TextField()),
                ("last_on", models.DateField()),
                ("merchant", models.TextField()),
                ("line", models.TextField()),
                ("counterparty", models.TextField()),
                ("store", models.TextField()),
                ("transfers", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
            ],
            options={
                "db_table": "ledger_statement_line",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit", "last_on", "merchant", "line", "counterparty", "store"),
                        name="ledger_statement_line_once",
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
