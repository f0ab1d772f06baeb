"""Programmes that moved in: which rows of their files were kept or refused; no row is ever taken out."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
create trigger programme_move_in_kept before delete or update of id, organisation, name, made_at, made_by
    on programme_move_in execute function programme_never();
create trigger programme_move_in_whole before truncate on programme_move_in execute function programme_never();
create trigger programme_move_in_row_kept
    before delete or update of id, of_id, file, line, kind, said, "column", reason, label, month, amount, made, ours
    on programme_move_in_row execute function programme_never();
create trigger programme_move_in_row_whole before truncate on programme_move_in_row execute function programme_never();
"""
UNGUARDED = """
drop trigger programme_move_in_row_whole on programme_move_in_row;
drop trigger programme_move_in_row_kept on programme_move_in_row;
drop trigger programme_move_in_whole on programme_move_in;
drop trigger programme_move_in_kept on programme_move_in;
"""
KEPT = models.Q(made__isnull=False, reason="", state="kept")
NOT_KEPT = models.Q(("made", None), ("state__in", ("refused", "replaced")), models.Q(("reason", ""), _negated=True))


class Migration(migrations.Migration):
    dependencies = [("programme", "0005_checkout")]
    operations = [
        migrations.CreateModel(
            name="MoveIn",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("name", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.TextField()),
                ("last_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.TextField(default="")),
            ],
            options={
                "db_table": "programme_move_in",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "name"), name="programme_move_in_one_of_a_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="MoveInRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("file", models.TextField()),
                ("line", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("said", models.BinaryField()),
                ("state", models.TextField()),
                ("column", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("member", models.UUIDField(null=True)),
                ("label", models.TextField(default="")),
                ("month", models.TextField(default="")),
                ("amount", models.BigIntegerField(default=0)),
                ("made", models.UUIDField(null=True)),
                ("ours", models.BooleanField(default=True)),
                ("back", models.BigIntegerField(null=True)),
                (
                    "of",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="programme.movein",
                    ),
                ),
            ],
            options={
                "db_table": "programme_move_in_row",
                "indexes": [
                    models.Index(fields=["of", "file", "line"], name="programme_move_in_row_place"),
                    models.Index(
                        condition=models.Q(("state", "refused")),
                        fields=["of", "id"],
                        name="programme_move_in_row_missing",
                    ),
                    models.Index(
                        condition=models.Q(("back", None), ("state", "kept")),
                        fields=["of", "id"],
                        name="programme_move_in_row_to_undo",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "kept")),
                        fields=("of", "file", "line"),
                        name="programme_move_in_row_once",
                    ),
                    models.CheckConstraint(condition=KEPT | NOT_KEPT, name="programme_move_in_row_state"),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
