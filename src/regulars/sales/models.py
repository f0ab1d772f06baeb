"""What was bought, brought back and done, with two clocks: when it happened, when it was recorded. Only ever added to,
but for a sale's state and what came back of it. Amounts are whole minor units, tax included; quantities thousandths.

`member` is whose card was shown, as the person stood then: rows stay with them, and reading goes by root.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class State(models.TextChoices):
    OPEN = "open"  # reserved at a till that needs two steps
    COMPLETE = "complete"
    CANCELLED = "cancelled"  # given up before it was complete


class Sale(models.Model):
    """One bill."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    merchant = models.UUIDField(null=True)
    store = models.UUIDField(null=True)
    source = models.TextField()  # the till or shop, told apart from another merchant's of that name
    external_id = models.TextField()  # its document
    channel = models.TextField(default="")
    state = models.TextField(choices=State.choices, default=State.COMPLETE)
    member = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()  # at list prices
    discount = models.BigIntegerField()
    tax = models.BigIntegerField()
    returned = models.BigIntegerField(default=0)  # of amount - discount
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    lapses_at = models.DateTimeField(null=True)  # of an open one
    ended_at = models.DateTimeField(null=True)  # completed or cancelled, where it was open first
    actor = models.TextField()

    class Meta:
        db_table = "sales_sale"
        indexes = (
            models.Index(
                fields=["member", "-effective_at"], name="sales_sale_member", condition=Q(member__isnull=False)
            ),
            models.Index(fields=["organisation", "-effective_at"], name="sales_sale_organisation"),
            models.Index(fields=["lapses_at"], name="sales_sale_open", condition=Q(state="open")),
        )
        constraints = (
            models.CheckConstraint(name="sales_sale_state", condition=Q(state__in=State.values)),
            models.CheckConstraint(name="sales_sale_discount", condition=Q(discount__gte=0, discount__lte=F("amount"))),
            models.CheckConstraint(
                name="sales_sale_returned", condition=Q(returned__gte=0, returned__lte=F("amount") - F("discount"))
            ),
            models.CheckConstraint(name="sales_sale_lapses", condition=~Q(state="open") | Q(lapses_at__isnull=False)),
        )


class SaleLine(models.Model):
    """One line of a bill, and what came back of it."""

    pk = models.CompositePrimaryKey("sale_id", "number")
    sale = models.ForeignKey(
        Sale, models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )  # the key begins with it
    number = models.IntegerField()
    item = models.TextField()
    name = models.TextField(default="")
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField()
    discount = models.BigIntegerField()
    tax = models.BigIntegerField()
    cost = models.BigIntegerField(null=True)  # what it cost the shop
    category = models.TextField(default="")
    brand = models.TextField(default="")
    vendor = models.TextField(default="")
    marks = ArrayField(models.TextField(), default=list)
    returned_quantity = models.BigIntegerField(default=0)

    class Meta:
        db_table = "sales_line"
        # What audiences ask for: who bought this, of that brand, in a category or below it.
        indexes = (
            models.Index(fields=["item"], name="sales_line_item"),
            models.Index(fields=["brand"], name="sales_line_brand", condition=~Q(brand="")),
            models.Index(
                fields=["category"],
                name="sales_line_category",
                opclasses=["text_pattern_ops"],
                condition=~Q(category=""),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="sales_line_returned", condition=Q(returned_quantity__gte=0, returned_quantity__lte=F("quantity"))
            ),
        )


class Return(models.Model):
    """Lines of a sale brought back at one time."""

    id = models.UUIDField(primary_key=True)
    sale = models.ForeignKey(Sale, models.PROTECT, related_name="returns", db_constraint=False)
    organisation = models.UUIDField()
    merchant = models.UUIDField(null=True)
    store = models.UUIDField(null=True)
    source = models.TextField()
    external_id = models.TextField()
    member = models.UUIDField(null=True)  # of the sale
    amount = models.BigIntegerField()  # what the lines had cost, after discounts
    tax = models.BigIntegerField()
    reason = models.TextField(default="")
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        db_table = "sales_return"
        indexes = (models.Index(fields=["sale"], name="sales_return_sale"),)


class ReturnLine(models.Model):
    """So much of a line."""

    pk = models.CompositePrimaryKey("back_id", "number")
    back = models.ForeignKey(Return, models.PROTECT, related_name="lines", db_column="return_id", db_constraint=False)
    number = models.IntegerField()  # of the sale's line
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField()
    tax = models.BigIntegerField()

    class Meta:
        db_table = "sales_return_line"


class Event(models.Model):
    """Something a member did that is no purchase: a visit, a review, a browse."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    merchant = models.UUIDField(null=True)
    store = models.UUIDField(null=True)
    source = models.TextField()
    external_id = models.TextField()
    channel = models.TextField(default="")
    member = models.UUIDField()
    name = models.TextField()
    currency = models.CharField(max_length=3, default="")
    amount = models.BigIntegerField(default=0)
    said = models.JSONField(default=dict)  # texts, whole numbers, yes or no
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        db_table = "sales_event"
        indexes = (models.Index(fields=["member", "-effective_at"], name="sales_event_member"),)


class Key(models.Model):
    """Business keys of sales, returns and events: unique for ever. Only ever added."""

    pk = models.CompositePrimaryKey("source", "external_id")
    source = models.TextField()
    external_id = models.TextField()
    fingerprint = models.BinaryField()
    answer = models.UUIDField()

    class Meta:
        db_table = "sales_key"


class Outbox(models.Model):
    """What is still to go into the history lake. `written_by` is the transaction that wrote it: only what no running
    transaction can still precede is taken."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()  # sale or return
    subject = models.UUIDField()
    batch = models.BigIntegerField(null=True)  # None: in none yet
    # and written_by xid8 (see the migration)

    class Meta:
        db_table = "sales_outbox"
        indexes = (
            models.Index(fields=["batch"], name="sales_outbox_batch", condition=Q(batch__isnull=False)),
            models.Index(fields=["id"], name="sales_outbox_waiting", condition=Q(batch=None)),
        )


class Batch(models.Model):
    """Bills and returns that go into a lake together, as one file of it. Done ones stay, as its table of contents."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.UUIDField()
    currency = models.CharField(max_length=3)
    number = models.IntegerField()  # from 1, of this organisation and currency
    documents = models.IntegerField()
    lines = models.BigIntegerField(null=True)  # once they are in the lake
    cut_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sales_batch"
        indexes = (models.Index(fields=["id"], name="sales_batch_open", condition=Q(done_at=None)),)
        constraints = (models.UniqueConstraint(fields=["organisation", "currency", "number"], name="sales_batch_once"),)


class KeptDays(models.Model):
    """How the last days of an organisation went, by the clock of one zone: see `kept`."""

    pk = models.CompositePrimaryKey("organisation", "zone")
    organisation = models.UUIDField()
    zone = models.TextField()
    last_on = models.DateField()
    told = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        db_table = "sales_kept_days"
