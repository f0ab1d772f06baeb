"""What a running programme brought along when it moved in: every row of its files, kept or refused."""

from django.db import models
from django.db.models import Q


class MoveIn(models.Model):
    """A programme that moves in, under a name that whoever moves it in chose. The name is for ever."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    name = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.TextField()
    last_at = models.DateTimeField()  # when rows were last taken
    undone_at = models.DateTimeField(null=True)  # since when it is being taken back; nothing more moves in
    undone_by = models.TextField(default="")

    class Meta:
        db_table = "programme_move_in"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "name"], name="programme_move_in_one_of_a_name"),
        )


class MoveInRow(models.Model):
    """What became of a row. What it said of a person stays in the file; `said` is a keyed digest of it.

    Of one place in the files at most one row is kept. A refusal that was mended since is `replaced`.
    """

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(MoveIn, models.PROTECT, related_name="rows", db_index=False)
    file = models.TextField()
    line = models.BigIntegerField()
    kind = models.TextField()  # programme.moving.moves.Kind
    said = models.BinaryField()
    state = models.TextField()  # kept, refused, replaced
    column = models.TextField(default="")  # of a refusal; empty: the whole row
    reason = models.TextField(default="")
    member = models.UUIDField(null=True)
    label = models.TextField(default="")  # of what: the unit, ladder/level, series, whose card numbers
    month = models.TextField(default="")  # in which it ends, "2027-03"; empty: never
    amount = models.BigIntegerField(default=0)  # units; uses of coupons; else 1
    made = models.UUIDField(null=True)  # transfer, level given, identifier, coupon
    ours = models.BooleanField(default=True)  # False: it was there before, and an undo leaves it
    back = models.BigIntegerField(null=True)  # how much of it an undo took back; null: not undone

    class Meta:
        db_table = "programme_move_in_row"
        constraints = (
            models.UniqueConstraint(
                fields=["of", "file", "line"], name="programme_move_in_row_once", condition=Q(state="kept")
            ),
            models.CheckConstraint(
                name="programme_move_in_row_state",
                condition=Q(state="kept", reason="", made__isnull=False)
                | (Q(state__in=("refused", "replaced"), made=None) & ~Q(reason="")),
            ),
        )
        indexes = (
            models.Index(fields=["of", "file", "line"], name="programme_move_in_row_place"),
            models.Index(fields=["of", "id"], name="programme_move_in_row_missing", condition=Q(state="refused")),
            models.Index(
                fields=["of", "id"], name="programme_move_in_row_to_undo", condition=Q(state="kept", back=None)
            ),
        )
