"""What the models cannot say: rows that are never changed, the index behind the search for names, and recognition."""

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

# One probe of a unique index for any number of codes; the joins are by primary key. A function keeps its plan for as long
# as the connection lives: planned at each call, planning would take ten times as long as the look-up. That plan must be
# the same whether the tables were empty or full when it was made, hence what is switched off.
RECOGNISED = """
CREATE FUNCTION members_recognised(blinds bytea[]) RETURNS TABLE (
    blind bytea, identifier uuid, kind text, member uuid, shown uuid, member_state text,
    card uuid, state text, reason text, replaced_by uuid
) LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT i.blind, i.id, i.kind, m.root_id, i.member_id, r.state, i.card_id, i.state, i.reason, c.replaced_by_id
    FROM members_identifier i
    LEFT JOIN members_member m ON m.id = i.member_id
    LEFT JOIN members_member r ON r.id = m.root_id
    LEFT JOIN members_card c ON c.id = i.card_id
    WHERE i.blind = ANY(blinds) AND i.recognises;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [
        migrations.RunSQL(NEVER_CHANGED, CHANGED_AGAIN),
        migrations.RunSQL(NAMES, "DROP INDEX members_member_names"),
        migrations.RunSQL(RECOGNISED, "DROP FUNCTION members_recognised"),
    ]
