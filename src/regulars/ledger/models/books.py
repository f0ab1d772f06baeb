"""Units, accounts, transfers and lots: the books themselves."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Func, Q, Value


class Unit(models.Model):
    """Something that can be held: points, miles, stamps, money. Amounts everywhere are whole smallest parts of it."""

    code = models.TextField(primary_key=True)  # "points", "CNY", "CNY-bonus"
    name = models.TextField()
    kind = models.TextField(default="points")  # words.UnitKind
    scale = models.SmallIntegerField(default=0)  # decimals shown: 2 means that 100 is "1.00"
    currency = models.TextField(default="")  # of stored value (paid, bonus): ISO 4217
    zone = models.TextField(default="UTC")  # the programme's time zone (IANA): where its days and months end
    may_expire = models.BooleanField(default=True)  # False: the law forbids it (paid value in many places)
    approve_above = models.BigIntegerField(null=True)  # manual adjustments beyond this need a second person; null: none

    class Meta:
        db_table = "ledger_unit"
        constraints = (
            models.CheckConstraint(condition=Q(scale__range=(0, 9)), name="ledger_unit_scale"),
            models.CheckConstraint(condition=Q(kind__in=("points", "paid", "bonus")), name="ledger_unit_kind"),
            models.CheckConstraint(condition=Q(kind="points") | ~Q(currency=""), name="ledger_unit_value_has_currency"),
        )


class Account(models.Model):
    """Where units are. A holder's (owner set) keeps its balance; a house account (owner null) keeps none: it is summed.

    Main accounts: balance = sum of (remaining + held) over their lots; held = sum over lots = sum of open holds.
    """

    id = models.UUIDField(primary_key=True)
    unit = models.TextField()
    owner = models.UUIDField(null=True)  # opaque: the root id of a member, or any other holder; null: the house
    role = models.TextField()  # words.Role
    scope = models.TextField(default="")  # house accounts: which funder, merchant, reason
    floor = models.BigIntegerField(default=0)  # main: what can be spent never falls below it
    balance = models.BigIntegerField(null=True)  # changed in the statement that writes the transfer; null: house
    held = models.BigIntegerField(default=0)  # in open holds
    owed = models.BigIntegerField(default=0)  # main: minus the balance of the debt account beside it
    no_spend_until = models.DateTimeField(null=True)  # frozen until then (words.FOREVER: until lifted); null: not
    no_earn_until = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)  # since when expiry rests, by a freeze; null: it goes on
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)  # erased
    merged_into = models.UUIDField(null=True)  # owner who took over what was here; null: nobody
    been = ArrayField(models.UUIDField(), null=True)  # main: owners it was merged into and parted from again

    class Meta:
        db_table = "ledger_account"
        constraints = (
            models.UniqueConstraint(fields=["owner", "unit", "role"], name="ledger_account_of_owner"),
            models.UniqueConstraint(
                fields=["unit", "role", "scope"], condition=Q(owner=None), name="ledger_account_of_house"
            ),
            models.CheckConstraint(
                condition=Q(owner=None, balance=None) | Q(owner__isnull=False, balance__isnull=False),
                name="ledger_account_house_keeps_no_balance",
            ),
            models.CheckConstraint(
                condition=Q(owner=None) ^ Q(role__in=("main", "pending", "debt")), name="ledger_account_role"
            ),
            models.CheckConstraint(
                condition=~Q(role="main") | Q(balance__gte=F("held")), name="ledger_account_covers_held"
            ),
            models.CheckConstraint(condition=~Q(role="pending") | Q(balance__gte=0), name="ledger_account_pending"),
            models.CheckConstraint(condition=~Q(role="debt") | Q(balance__lte=0), name="ledger_account_debt"),
            models.CheckConstraint(
                condition=Q(held__gte=0, floor__gte=0, owed__gte=0), name="ledger_account_no_negatives"
            ),
        )


class Transfer(models.Model):
    """Units leaving one account and entering another: one row, so always balanced. Only ever added.

    `number` orders the writing (a sequence; gaps are refusals). A lower number may become visible after a higher one,
    by as much as a transaction lasts: who reads by ranges waits until all older transactions have ended. Each
    transaction holds a row lock (so it has its transaction id) before it draws a number.
    """

    id = models.UUIDField(primary_key=True)  # version 7, by recorded_at
    number = models.BigIntegerField(db_default=Func(Value("ledger_transfer_number"), function="nextval"))
    kind = models.TextField()  # words.Kind
    unit = models.TextField()  # of both accounts
    giver = models.UUIDField()  # account that the units leave
    taker = models.UUIDField()  # account that they enter
    owner = models.UUIDField(null=True)  # holder concerned: of the giver, else of the taker; null: house to house
    other = models.UUIDField(null=True)  # holder to holder: of the taker
    amount = models.BigIntegerField()  # above nothing, smallest parts
    effective_at = models.DateTimeField()  # when it happened: counts for balances as_of, windows, expiry
    recorded_at = models.DateTimeField()  # when it was written: counts for closed periods
    deed = models.UUIDField(null=True)  # binds the transfers of one deed (move and fee, both halves of a conversion)
    reverses = models.UUIDField(null=True)  # transfer of which this takes back all or a part
    shown = models.UUIDField(
        null=True
    )  # holder whose card or identifier was shown, where not the owner (after a merge)
    source = models.TextField(default="")  # business key, as in ledger_key: "till-7"
    external_id = models.TextField(default="")  # and "2026-05-04/118/earn"; empty: none
    reason = models.TextField(default="")  # a code
    merchant = models.TextField(default="")  # typed ids, or empty
    store = models.TextField(default="")
    funder = models.TextField(default="")  # who bears the cost
    rule = models.TextField(default="")  # id and version of the rule that gave it
    actor = models.TextField()  # typed id of who did it
    request_id = models.TextField(default="")
    details = models.JSONField(null=True)  # codes and numbers, never a phone, mail, address or name

    class Meta:
        db_table = "ledger_transfer"
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_transfer_moves_something"),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="ledger_transfer_two_ends"),
            models.CheckConstraint(condition=Q(effective_at__lte=F("recorded_at")), name="ledger_transfer_not_ahead"),
        )
        indexes = (
            models.Index(fields=["owner", "id"], name="ledger_transfer_of_owner"),
            models.Index(fields=["other", "id"], name="ledger_transfer_of_other", condition=Q(other__isnull=False)),
            models.Index(fields=["reverses"], name="ledger_transfer_reversals", condition=Q(reverses__isnull=False)),
            models.Index(fields=["deed"], name="ledger_transfer_of_deed", condition=Q(deed__isnull=False)),
            BrinIndex(fields=["number"], name="ledger_transfer_numbers", autosummarize=True),
        )


class Lot(models.Model):
    """One credit of a main account: a part of its balance with its own dates. Spent soonest expiry, oldest, by id.

    amount = remaining + held + what its lot uses add up to.
    """

    id = models.UUIDField(primary_key=True)
    account = models.UUIDField()
    unit = models.TextField()
    transfer = models.UUIDField()  # the credit that made it; a move or merge may make several
    parent = models.UUIDField(null=True)  # lot it was moved from (transfer between holders, merge); dates are kept
    amount = models.BigIntegerField()  # at the start
    remaining = models.BigIntegerField()  # neither used nor held
    held = models.BigIntegerField(default=0)  # by open holds; outlives expires_at
    earned_at = models.DateTimeField()  # effective time of the first credit: "oldest"; a moved lot keeps it
    starts_at = models.DateTimeField()  # can be spent from here on
    expires_at = models.DateTimeField(null=True)  # gone from this instant on, posted or not; null: never
    usable_from = (
        models.DateTimeField()
    )  # a debit dated before cannot take from it: starts_at, or the latest giving back
    is_open = models.BooleanField(default=True)  # remaining or held is above nothing

    class Meta:
        db_table = "ledger_lot"
        constraints = (
            models.CheckConstraint(condition=Q(remaining__gte=0, held__gte=0), name="ledger_lot_no_negatives"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__gte=F("remaining") + F("held")), name="ledger_lot_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(is_open=True) | Q(remaining=0, held=0), name="ledger_lot_closed_is_empty"
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("starts_at")), name="ledger_lot_lives"
            ),
        )
        indexes = (
            models.Index(
                fields=["account", "expires_at", "earned_at", "id"],
                name="ledger_lot_spend_order",
                condition=Q(is_open=True),
            ),
            models.Index(fields=["account", "id"], name="ledger_lot_of_account"),
            models.Index(
                fields=["expires_at"], name="ledger_lot_due", condition=Q(is_open=True, expires_at__isnull=False)
            ),
        )


class LotUse(models.Model):
    """How much a transfer took from a lot; below nothing: how much it gave back to it. Only ever added."""

    pk = models.CompositePrimaryKey("transfer", "lot")
    transfer = models.UUIDField()
    lot = models.UUIDField()
    account = models.UUIDField()  # of the lot
    amount = models.BigIntegerField()  # taken; negative: given back
    effective_at = models.DateTimeField()  # of the transfer

    class Meta:
        db_table = "ledger_lot_use"
        constraints = (models.CheckConstraint(condition=~Q(amount=0), name="ledger_lot_use_something"),)
        indexes = (models.Index(fields=["account", "lot"], name="ledger_lot_use_of_account"),)


class Key(models.Model):
    """What was asked under a business key: unique for ever, so a till may repeat itself days later. Only ever added."""

    pk = models.CompositePrimaryKey("source", "external_id")
    source = models.TextField()
    external_id = models.TextField()
    fingerprint = models.BinaryField()  # 16 bytes of what was asked
    answer = models.UUIDField()  # id of the transfer, deed, hold or adjustment that came of it

    class Meta:
        db_table = "ledger_key"
