"""What lies within what holds in the database too; and each change of a place makes a new edition of the map."""

from django.db import migrations

GUARDS = """
alter table access_assignment
    add constraint access_assignment_role_within foreign key (role_id, organisation_id)
        references access_role (id, organisation_id),
    add constraint access_assignment_merchant_within foreign key (merchant_id, organisation_id)
        references access_merchant (id, organisation_id),
    add constraint access_assignment_store_within foreign key (store_id, merchant_id)
        references access_store (id, merchant_id);

create function access_map_anew() returns trigger language plpgsql as $$
begin
    insert into access_map (one, edition) values (true, gen_random_uuid())
        on conflict (one) do update set edition = excluded.edition;
    return null;
end $$;

create trigger access_organisation_map after insert or update or delete on access_organisation
    for each statement execute function access_map_anew();
create trigger access_merchant_map after insert or update or delete on access_merchant
    for each statement execute function access_map_anew();
create trigger access_store_map after insert or update or delete on access_store
    for each statement execute function access_map_anew();
"""

UNGUARDED = """
drop trigger access_store_map on access_store;
drop trigger access_merchant_map on access_merchant;
drop trigger access_organisation_map on access_organisation;
drop function access_map_anew;
alter table access_assignment
    drop constraint access_assignment_store_within,
    drop constraint access_assignment_merchant_within,
    drop constraint access_assignment_role_within;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [migrations.RunSQL(GUARDS, UNGUARDED)]
