"""Terms in versions, which are only ever added; and the edition by which a process knows its copy."""

from django.db import migrations, models

GUARDS = """
create function programme_terms_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and (to_jsonb(new) - 'ends_at') = (to_jsonb(old) - 'ends_at')
        and new.ends_at is not null and (old.ends_at is null or new.ends_at <= old.ends_at) then
        return new;
    end if;
    raise exception '% of % refused: terms are only ever added to, and their end only comes nearer', tg_op, tg_table_name
        using errcode = 'restrict_violation';
end $$;
create trigger programme_terms_kept before update or delete on programme_terms
    for each row execute function programme_terms_guard();
create trigger programme_terms_whole before truncate on programme_terms execute function programme_terms_guard();

create function programme_edition_anew() returns trigger language plpgsql as $$
begin
    insert into programme_edition (organisation, edition) values (new.organisation, gen_random_uuid())
        on conflict (organisation) do update set edition = excluded.edition;
    return null;
end $$;
create trigger programme_terms_edition after insert or update on programme_terms
    for each row execute function programme_edition_anew();

-- One version of a code at any moment. (Texts are told apart by a hash of 64 bits, since core PostgreSQL has no
-- exclusion on texts; two codes with one hash would be refused, never confused.)
alter table programme_terms add constraint programme_terms_one_at_a_time exclude using gist (
    int8range(
        hashtextextended(organisation::text || '/' || kind || '/' || code, 0),
        hashtextextended(organisation::text || '/' || kind || '/' || code, 0), '[]'
    ) with &&,
    tstzrange(begins_at, ends_at, '[)') with &&
);
"""

UNGUARDED = """
alter table programme_terms drop constraint programme_terms_one_at_a_time;
drop trigger programme_terms_edition on programme_terms;
drop trigger programme_terms_whole on programme_terms;
drop trigger programme_terms_kept on programme_terms;
drop function programme_edition_anew;
drop function programme_terms_guard;
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("organisation", models.UUIDField(primary_key=True, serialize=False)),
                ("edition", models.UUIDField()),
            ],
            options={"db_table": "programme_edition"},
        ),
        migrations.CreateModel(
            name="Terms",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("kind", models.TextField()),
                ("code", models.TextField()),
                ("version", models.IntegerField()),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("document", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.TextField()),
            ],
            options={
                "db_table": "programme_terms",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "kind", "code", "version"), name="programme_terms_one_of_a_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at", None), ("ends_at__gte", models.F("begins_at")), _connector="OR"),
                        name="programme_terms_end_after_begin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gt", 0)), name="programme_terms_version_counts"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("code", models.TextField()),
                ("of", models.TextField()),
                ("subject", models.TextField()),
                ("period", models.TextField()),
                ("used", models.BigIntegerField()),
            ],
            options={
                "db_table": "programme_counter",
                "indexes": [
                    models.Index(
                        condition=models.Q(("subject", ""), _negated=True),
                        fields=["subject"],
                        name="programme_counter_subject",
                    ),
                    models.Index(fields=["organisation", "code"], name="programme_counter_code"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("used__gte", 0)), name="programme_counter_not_below_nothing"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("counter", models.UUIDField()),
                ("occasion", models.UUIDField()),
                ("member", models.UUIDField(null=True)),
                ("amount", models.BigIntegerField()),
                ("freed", models.BigIntegerField(default=0)),
                ("held", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "programme_use",
                "indexes": [
                    models.Index(fields=["counter", "at"], name="programme_use_sliding"),
                    models.Index(fields=["occasion"], name="programme_use_occasion"),
                    models.Index(
                        condition=models.Q(("member__isnull", False)),
                        fields=["member"],
                        name="programme_use_member",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("freed__gte", 0), ("freed__lte", models.F("amount"))),
                        name="programme_use_freed_within",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("occasion", models.TextField()),
                ("day", models.DateField()),
                ("done_at", models.DateTimeField()),
            ],
            options={
                "db_table": "programme_round",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "occasion", "day"), name="programme_round_once")
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
        migrations.RunSQL("alter table programme_counter set (fillfactor = 70)", migrations.RunSQL.noop),
    ]
