"""What the programme did at each purchase; no table here is ever emptied or thinned."""

from django.db import migrations, models

GUARDS = """
create function programme_checkout_never() returns trigger language plpgsql as $$
begin
    raise exception '% of % refused: what was done at a purchase is kept as it was', tg_op, tg_table_name
        using errcode = 'restrict_violation';
end $$;
create trigger programme_checkout_kept before delete or update of sale, organisation, member, shown
    on programme_checkout execute function programme_checkout_never();
create trigger programme_checkout_whole before truncate on programme_checkout
    execute function programme_checkout_never();
create trigger programme_return_kept before delete or update on programme_return
    execute function programme_checkout_never();
create trigger programme_return_whole before truncate on programme_return
    execute function programme_checkout_never();
alter table programme_checkout set (fillfactor = 90);
"""
UNGUARDED = """
drop trigger programme_return_whole on programme_return;
drop trigger programme_return_kept on programme_return;
drop trigger programme_checkout_whole on programme_checkout;
drop trigger programme_checkout_kept on programme_checkout;
drop function programme_checkout_never;
"""


class Migration(migrations.Migration):
    dependencies = [("programme", "0004_rewards")]
    operations = [
        migrations.CreateModel(
            name="Checkout",
            fields=[
                ("sale", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("member", models.UUIDField(null=True)),
                ("shown", models.UUIDField(null=True)),
                ("facts", models.JSONField()),
                ("parts", models.JSONField()),
                ("gains", models.JSONField()),
                ("told", models.JSONField()),
                ("given", models.JSONField()),
                ("paid", models.JSONField()),
            ],
            options={
                "db_table": "programme_checkout",
                "indexes": [
                    models.Index(
                        fields=["shown"], name="programme_checkout_shown", condition=models.Q(shown__isnull=False)
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Back",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("sale", models.UUIDField()),
                ("told", models.JSONField()),
            ],
            options={
                "db_table": "programme_return",
                "indexes": [models.Index(fields=["sale"], name="programme_return_of")],
            },
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
