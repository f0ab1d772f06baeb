"""What the models cannot say: rows that are never changed, and the index behind the search for names."""

from django.db import migrations

NEVER_CHANGED = """
CREATE FUNCTION members_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER members_consent_never_changed BEFORE UPDATE ON members_consent
    FOR EACH ROW EXECUTE FUNCTION members_never_changed();
CREATE TRIGGER members_wording_never_changed BEFORE UPDATE OR DELETE ON members_wording
    FOR EACH ROW EXECUTE FUNCTION members_never_changed();
"""
CHANGED_AGAIN = """
DROP TRIGGER members_consent_never_changed ON members_consent;
DROP TRIGGER members_wording_never_changed ON members_wording;
DROP FUNCTION members_never_changed();
"""
# Writes go straight into the index: a pending list would make the next search pay for them.
NAMES = "CREATE INDEX members_member_names ON members_member USING gin (name_grams) WITH (fastupdate = off)"


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [
        migrations.RunSQL(NEVER_CHANGED, CHANGED_AGAIN),
        migrations.RunSQL(NAMES, "DROP INDEX members_member_names"),
    ]
