"""What happened stays as it was written: the last guard is in the database. And who wrote what waits for the lake."""

from django.db import migrations

GUARDS = """
create function sales_never() returns trigger language plpgsql as $$
begin
    raise exception '% of % refused: what was sold is only ever added to', tg_op, tg_table_name
        using errcode = 'restrict_violation';
end $$;

create trigger sales_sale_kept before delete or update of id, organisation, merchant, store, source, external_id, channel,
    member, currency, amount, discount, tax, effective_at, recorded_at, actor on sales_sale execute function sales_never();
create trigger sales_line_kept before delete or update of sale_id, number, item, name, quantity, amount, discount, tax, cost,
    category, brand, vendor, marks on sales_line execute function sales_never();
create trigger sales_return_kept before update or delete on sales_return execute function sales_never();
create trigger sales_return_line_kept before update or delete on sales_return_line execute function sales_never();
create trigger sales_key_kept before update or delete on sales_key execute function sales_never();
create trigger sales_event_kept before delete or update of id, organisation, merchant, store, source, external_id, channel,
    member, name, currency, amount, effective_at, recorded_at, actor on sales_event execute function sales_never();

create trigger sales_sale_whole before truncate on sales_sale execute function sales_never();
create trigger sales_line_whole before truncate on sales_line execute function sales_never();
create trigger sales_return_whole before truncate on sales_return execute function sales_never();
create trigger sales_return_line_whole before truncate on sales_return_line execute function sales_never();
create trigger sales_key_whole before truncate on sales_key execute function sales_never();
create trigger sales_event_whole before truncate on sales_event execute function sales_never();

alter table sales_outbox add column written_by xid8 not null default pg_current_xact_id();
alter table sales_sale set (fillfactor = 90);
alter table sales_line set (fillfactor = 90);
"""
TABLES = ("sale", "line", "return", "return_line", "key", "event")
UNGUARDED = "".join(
    f"drop trigger sales_{name}_{guard} on sales_{name};" for name in TABLES for guard in ("kept", "whole")
)


class Migration(migrations.Migration):
    dependencies = [("sales", "0001_initial")]

    operations = [
        migrations.RunSQL(
            GUARDS, UNGUARDED + "drop function sales_never; alter table sales_outbox drop column written_by;"
        )
    ]
