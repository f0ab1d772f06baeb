"""Members, what is known of them, and what they are recognised by."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class MemberState(models.TextChoices):
    ANONYMOUS = "anonymous"  # a card that earns; nobody has said whose it is
    ACTIVE = "active"
    CLOSED = "closed"
    ERASED = "erased"


class Member(models.Model):
    """A person, or a card nobody has claimed. `root` is itself, or the member it was merged into (never a chain).

    The plain columns are copies of present facts that audiences are cut by; the facts are the truth.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    root = models.ForeignKey("self", models.PROTECT, related_name="merged")
    state = models.TextField(choices=MemberState.choices)
    source = models.TextField()  # where it came from: a till, a shop, an import
    merchant = models.UUIDField(null=True)  # where it was enrolled
    store = models.UUIDField(null=True)
    enrolled_at = models.DateTimeField()  # when in the shop
    created_at = models.DateTimeField()  # when in the books
    household = models.ForeignKey("Household", models.PROTECT, null=True, related_name="members")
    household_since = models.DateTimeField(null=True)  # when they moved in
    sex = models.TextField(default="")
    language = models.TextField(default="")
    country = models.TextField(default="")
    town = models.TextField(default="")
    birthday = models.SmallIntegerField(null=True)  # month × 100 + day, for greetings
    birth_decade = models.SmallIntegerField(null=True)  # 1980: never the year
    name_grams = ArrayField(models.IntegerField(), default=list)  # blinded; GIN, see the migration
    name_key = models.SmallIntegerField(default=0)  # the generation they are blinded with; 0: no name

    class Meta:
        db_table = "members_member"
        indexes = (
            models.Index(fields=["organisation", "id"], name="members_member_organisation"),
            models.Index(fields=["name_key"], name="members_member_name_key"),
            models.Index(fields=["organisation", "enrolled_at"], name="members_member_joined"),
            models.Index(
                fields=["organisation", "birthday", "id"],
                name="members_member_birthday",
                condition=Q(birthday__isnull=False),
            ),
            models.Index(
                fields=["organisation", "state", "id"], name="members_member_left", condition=~Q(state="active")
            ),
            models.Index(fields=["id"], name="members_member_merged", include=["root"], condition=~Q(root=F("id"))),
        )
        constraints = (
            models.CheckConstraint(name="members_member_state", condition=Q(state__in=MemberState.values)),
            models.CheckConstraint(
                name="members_member_household_since",
                condition=Q(household=None, household_since=None)
                | Q(household__isnull=False, household_since__isnull=False),
            ),
        )


class Fact(models.Model):
    """One thing known of a member, from a source, since a moment. Present ones have no end; the others are history."""

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="facts")
    name = models.TextField()  # "family_name", "town", or a field of one's own
    value = models.JSONField(null=True)  # of facts that name nobody …
    sealed = models.BinaryField(null=True)  # … and of those that do
    key = models.SmallIntegerField(null=True)  # the generation it is sealed with
    source = models.TextField()
    actor = models.TextField()
    effective_at = models.DateTimeField()  # since when it holds
    recorded_at = models.DateTimeField()  # since when we know
    confirmed_at = models.DateTimeField()  # when it was last told to hold: told again, it is no new fact
    ended_at = models.DateTimeField(null=True)  # when another took its place, or it was taken out

    class Meta:
        db_table = "members_fact"
        indexes = (
            models.Index(fields=["member", "name", "effective_at"], name="members_fact_history"),
            models.Index(fields=["key", "id"], name="members_fact_key", condition=Q(key__isnull=False)),
            models.Index(fields=["name"], name="members_fact_plain", condition=Q(ended_at=None, value__isnull=False)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["member", "name"], name="members_fact_one_present", condition=Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="members_fact_plain_or_sealed",
                condition=Q(value__isnull=False, sealed=None, key=None)
                | Q(value=None, sealed__isnull=False, key__isnull=False),
            ),
        )


class IdentifierKind(models.TextChoices):
    CARD = "card"
    PHONE = "phone"
    EMAIL = "email"
    EXTERNAL = "external"  # a till's or web shop's own number; `source` says whose
    OPEN_ID = "open_id"  # of a log-in provider or messenger; `source` says whose


class IdentifierState(models.TextChoices):
    ACTIVE = "active"
    ENDED = "ended"  # given up, or taken out
    LOST = "lost"
    STOLEN = "stolen"
    REPLACED = "replaced"
    UPGRADED = "upgraded"
    BLOCKED = "blocked"


class Identifier(models.Model):
    """What a member is recognised by. `blind` is a keyed digest of organisation, kind, source and value.

    At most one row of a value recognises. A second member with the same phone keeps it to be reached by, and to be
    found as a possible duplicate. A card's number recognises for ever, so that an old one is refused with its reason.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="identifiers")  # None: a blank card
    card = models.OneToOneField("Card", models.PROTECT, null=True, related_name="identifier")
    kind = models.TextField(choices=IdentifierKind.choices)
    source = models.TextField(default="")  # whose id it is: a till, a shop, a provider
    sealed = models.BinaryField()
    key = models.SmallIntegerField()
    blind = models.BinaryField()
    tail = models.BinaryField(null=True)  # blinded last four digits of phones and cards
    recognises = models.BooleanField()
    state = models.TextField(choices=IdentifierState.choices, default=IdentifierState.ACTIVE)
    reason = models.TextField(default="")
    origin = models.TextField()  # who told us
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)  # when its owner showed that it is theirs
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_identifier"
        indexes = (
            models.Index(fields=["blind"], name="members_identifier_blind"),
            models.Index(fields=["tail"], name="members_identifier_tail", condition=Q(tail__isnull=False)),
            models.Index(fields=["key", "id"], name="members_identifier_key"),
            models.Index(
                fields=["kind", "member"],
                name="members_identifier_held",
                include=["verified_at"],
                condition=Q(state="active"),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["blind"], name="members_identifier_recognises_one", condition=Q(recognises=True)
            ),
            models.CheckConstraint(name="members_identifier_kind", condition=Q(kind__in=IdentifierKind.values)),
            models.CheckConstraint(
                name="members_identifier_blank_is_card", condition=Q(member__isnull=False) | Q(kind="card")
            ),
            models.CheckConstraint(
                name="members_identifier_ends_after", condition=Q(ended_at=None) | Q(ended_at__gte=F("effective_at"))
            ),
        )


class NewWay(models.Model):
    """An address or phone that somebody was given later: until its wait is over it opens no pages. See services/ways.

    `asked_at`: since when those known before are to be told; None: not before somebody tries to log in by it.
    """

    identifier = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    member = models.UUIDField()  # the root, as it was then
    added_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    opens_at = models.DateTimeField(null=True)  # None: not before they were told
    refused_at = models.DateTimeField(null=True)  # the member knows nothing of it: it opens nothing
    merge = models.UUIDField(null=True)  # the merge by which it came

    class Meta:
        db_table = "members_new_way"
        indexes = (
            models.Index(fields=["member"], name="members_new_way_member"),
            models.Index(fields=["merge"], name="members_new_way_merge", condition=Q(merge__isnull=False)),
            models.Index(
                fields=["asked_at"],
                name="members_new_way_untold",
                condition=Q(asked_at__isnull=False, told_at=None, refused_at=None),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="members_new_way_told_first", condition=Q(opens_at=None) | Q(told_at__isnull=False)
            ),
        )
