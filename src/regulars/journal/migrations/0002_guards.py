"""The trail is append-only: the database itself refuses what the program never does."""

from django.db import migrations

GUARDS = """
create function journal_entry_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the journal is append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;

-- The one change a line ever sees: from unsealed to sealed, and nothing else in it.
create function journal_entry_seal_only() returns trigger language plpgsql as $$
declare
    unsealed journal_entry := new;
begin
    unsealed.number := null;
    unsealed.seal := null;
    if old.number is not null or new.number is null or unsealed is distinct from old then
        raise exception 'the journal is append-only: % refused', tg_op using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger journal_entry_keep before delete on journal_entry
    for each row execute function journal_entry_refuse();
create trigger journal_entry_keep_whole before truncate on journal_entry
    for each statement execute function journal_entry_refuse();
create trigger journal_entry_keep_content before update on journal_entry
    for each row execute function journal_entry_seal_only();

-- The head only ever goes on.
create function journal_chain_forward() returns trigger language plpgsql as $$
begin
    if new.number <= old.number then
        raise exception 'the journal''s chain only goes on: % refused', tg_op using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger journal_chain_keep before delete on journal_chain
    for each row execute function journal_entry_refuse();
create trigger journal_chain_keep_whole before truncate on journal_chain
    for each statement execute function journal_entry_refuse();
create trigger journal_chain_on before update on journal_chain
    for each row execute function journal_chain_forward();
"""

UNGUARDED = """
drop trigger journal_chain_on on journal_chain;
drop trigger journal_chain_keep_whole on journal_chain;
drop trigger journal_chain_keep on journal_chain;
drop function journal_chain_forward;
drop trigger journal_entry_keep_content on journal_entry;
drop trigger journal_entry_keep_whole on journal_entry;
drop trigger journal_entry_keep on journal_entry;
drop function journal_entry_seal_only;
drop function journal_entry_refuse;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunSQL(GUARDS, UNGUARDED)]
