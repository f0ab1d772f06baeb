"""The history of a case is only ever added to: the database itself refuses what the program never does."""

from django.db import migrations

GUARDS = """
create function care_change_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the history of cases is append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;

create trigger care_change_keep before update or delete on care_change
    for each row execute function care_change_refuse();
create trigger care_change_keep_whole before truncate on care_change
    for each statement execute function care_change_refuse();
"""

UNGUARDED = """
drop trigger care_change_keep_whole on care_change;
drop trigger care_change_keep on care_change;
drop function care_change_refuse;
"""


class Migration(migrations.Migration):
    dependencies = [("care", "0001_initial")]

    operations = [migrations.RunSQL(GUARDS, UNGUARDED)]
