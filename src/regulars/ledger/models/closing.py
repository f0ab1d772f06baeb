"""What is drawn under the books: seals, verifications, closed days, closed periods and their statements.

Triggers (migration) let nobody change it (but the progress of a verification), nor add to what is closed.
"""

from django.db import models
from django.db.models import F, Q


class Seal(models.Model):
    """One link of the chain: a digest of the transfers with numbers above the last link's `upto`, up to its own."""

    number = models.BigIntegerField(primary_key=True)  # from 1, without gaps
    form = models.SmallIntegerField(default=1)  # which columns, in which order: seals.FORM
    upto = models.BigIntegerField()  # number of a transfer; every one up to it had been written or had failed for good
    transfers = models.IntegerField()
    digest = models.BinaryField(max_length=32)  # SHA-256 of the last digest and of the digests of these transfers
    leaves = models.BinaryField()  # the first eight bytes of each transfer's digest: to say which one differs
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_seal"
        constraints = (
            models.CheckConstraint(condition=Q(number__gt=0, transfers__gte=0), name="ledger_seal_counts"),
            models.UniqueConstraint(fields=["upto"], name="ledger_seal_upto"),
        )


class Verification(models.Model):
    """How far a verification has come, so that it can go on after a stop, and what it found."""

    id = models.UUIDField(primary_key=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    steps = models.JSONField(default=dict)  # each finished step: how much it looked at, how much differs
    found = models.JSONField(default=list)  # the differences, up to a limit
    chain = models.BigIntegerField(default=0)  # the last seal that was looked at
    facts = models.JSONField(default=dict)  # totals

    class Meta:
        db_table = "ledger_verification"


class ClosedDay(models.Model):
    """A day of a unit that is closed: what is recorded of it later belongs to the next day that is closed.

    A transfer belongs to the first closed day with recorded_at < ends_at and number <= upto.
    """

    pk = models.CompositePrimaryKey("unit", "day")
    unit = models.TextField()
    day = models.DateField()  # in the unit's zone
    ends_at = models.DateTimeField()
    upto = models.BigIntegerField()  # number of the last transfer that was sealed when it was closed
    open_from = models.BigIntegerField()  # no transfer below this number is left for the days after
    transfers = models.BigIntegerField()
    closed_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_closed_day"


class DayTotal(models.Model):
    """A sum over one closed day: what transfers of one sort did to one account of the house, or to holders' accounts.

    Each transfer is in it twice, out of its giver (negative) and into its taker, so all of a unit and day is zero.
    """

    id = models.BigAutoField(primary_key=True)
    unit = models.TextField()
    day = models.DateField()
    kind = models.TextField()  # words.Kind
    role = models.TextField()  # of the account
    account = models.UUIDField(null=True)  # house account; null: accounts of holders
    against = models.TextField()  # role of the other end
    cohort = models.DateField(null=True)  # first day of the month the units were earned in; null: house, debts
    merchant = models.TextField()
    store = models.TextField()
    funder = models.TextField()  # of the transfer
    origin = models.TextField()  # funder of the earn that the units come from
    transfers = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "ledger_day_total"
        indexes = (models.Index(fields=["unit", "day"], name="ledger_day_total_of_day"),)


class OpenSum(models.Model):
    """How far the day that is not closed yet was summed: which of its transfers are in its totals."""

    unit = models.TextField(primary_key=True)
    upto = models.BigIntegerField()  # number of a sealed transfer; -1: none

    class Meta:
        db_table = "ledger_open_sum"


class OpenTotal(models.Model):
    """A sum over what was posted since the last closed day, up to where it was summed: as in `DayTotal`."""

    id = models.BigAutoField(primary_key=True)
    unit = models.TextField()
    kind = models.TextField()
    role = models.TextField()
    account = models.UUIDField(null=True)
    against = models.TextField()
    cohort = models.DateField(null=True)
    merchant = models.TextField()
    store = models.TextField()
    funder = models.TextField()
    origin = models.TextField()
    transfers = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "ledger_open_total"
        indexes = (models.Index(fields=["unit"], name="ledger_open_total_of_unit"),)


class Period(models.Model):
    """A settlement period of a unit that is closed. Periods of a unit follow one another without gaps."""

    pk = models.CompositePrimaryKey("unit", "last_on")
    unit = models.TextField()
    first_on = models.DateField()
    last_on = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.TextField()

    class Meta:
        db_table = "ledger_period"
        constraints = (
            models.UniqueConstraint(fields=["unit", "first_on"], name="ledger_period_first_on"),
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="ledger_period_lasts"),
        )


class StatementLine(models.Model):
    """One line of a merchant's statement for a closed period."""

    id = models.BigAutoField(primary_key=True)
    unit = models.TextField()
    last_on = models.DateField()  # with the unit: its period
    merchant = models.TextField()
    line = models.TextField()  # settlement.Line
    counterparty = models.TextField()  # funder, or the other merchant
    store = models.TextField()
    transfers = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "ledger_statement_line"
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "last_on", "merchant", "line", "counterparty", "store"],
                name="ledger_statement_line_once",
            ),
        )
