"""What is written stays written: the last guard is in the database. And room on the pages of rows that change often."""

from django.db import migrations

GUARDS = """
create function ledger_never() returns trigger language plpgsql as $$
begin
    raise exception '% of % refused: the books are only ever added to', tg_op, tg_table_name
        using errcode = 'restrict_violation';
end $$;

create trigger ledger_transfer_kept before update or delete on ledger_transfer execute function ledger_never();
create trigger ledger_transfer_whole before truncate on ledger_transfer execute function ledger_never();
create trigger ledger_lot_use_kept before update or delete on ledger_lot_use execute function ledger_never();
create trigger ledger_lot_use_whole before truncate on ledger_lot_use execute function ledger_never();
create trigger ledger_hold_lot_kept before update or delete on ledger_hold_lot execute function ledger_never();
create trigger ledger_hold_lot_whole before truncate on ledger_hold_lot execute function ledger_never();
create trigger ledger_key_kept before update or delete on ledger_key execute function ledger_never();
create trigger ledger_key_whole before truncate on ledger_key execute function ledger_never();
create trigger ledger_rate_kept before update or delete on ledger_rate execute function ledger_never();
create trigger ledger_rate_whole before truncate on ledger_rate execute function ledger_never();

create trigger ledger_lot_kept before delete or update of id, account, unit, transfer, parent, amount, earned_at, starts_at
    on ledger_lot execute function ledger_never();
create trigger ledger_lot_whole before truncate on ledger_lot execute function ledger_never();
create trigger ledger_hold_kept before delete or update of id, account, owner, unit, amount, placed_at, lapses_at
    on ledger_hold execute function ledger_never();
create trigger ledger_hold_whole before truncate on ledger_hold execute function ledger_never();
create trigger ledger_account_kept before delete or update of id, unit, owner, role, scope, opened_at
    on ledger_account execute function ledger_never();
create trigger ledger_account_whole before truncate on ledger_account execute function ledger_never();
create trigger ledger_pending_kept
    before delete or update of id, unit, house, amount, earned_at, validity, expires_at
    on ledger_pending execute function ledger_never();
create trigger ledger_pending_whole before truncate on ledger_pending execute function ledger_never();
create trigger ledger_adjustment_kept before delete or update of id, owner, unit, amount, reason, asked_by, asked_at
    on ledger_adjustment execute function ledger_never();
create trigger ledger_adjustment_whole before truncate on ledger_adjustment execute function ledger_never();
create trigger ledger_unit_kept before delete or update of code, kind, scale, currency on ledger_unit
    execute function ledger_never();
create trigger ledger_unit_whole before truncate on ledger_unit execute function ledger_never();

alter sequence ledger_transfer_number owned by ledger_transfer.number;
alter table ledger_account set (fillfactor = 80);
alter table ledger_lot set (fillfactor = 85);
alter table ledger_hold set (fillfactor = 85);
"""

TABLES = ("transfer", "lot_use", "hold_lot", "key", "rate", "lot", "hold", "account", "pending", "adjustment", "unit")
UNGUARDED = "".join(
    f"drop trigger ledger_{name}_{guard} on ledger_{name};" for name in TABLES for guard in ("kept", "whole")
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_waiting_and_terms")]

    operations = [migrations.RunSQL(GUARDS, UNGUARDED + "drop function ledger_never;")]
