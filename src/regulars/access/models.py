"""Tables of the room; verbs are in `services`. That a store is within its merchant, and that within its organisation,
holds by composite foreign keys wherever a place is kept (see the migration).
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac


class Organisation(models.Model):
    """Who runs the programme; members, roles and staff rights are within one."""

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    zone = models.TextField()  # IANA
    created_at = models.DateTimeField()

    class Meta:
        db_table = "access_organisation"


class Merchant(models.Model):
    """One of the shops or brands of an organisation, with its own currency."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="merchants")
    name = models.TextField()
    zone = models.TextField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)  # since when nothing new is booked there

    class Meta:
        db_table = "access_merchant"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "name"], name="access_merchant_name"),
            models.UniqueConstraint(fields=["id", "organisation"], name="access_merchant_within"),
        )


class Store(models.Model):
    """One place of a merchant: a shop, a web shop."""

    id = models.UUIDField(primary_key=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="stores")
    name = models.TextField()
    external_id = models.TextField(blank=True)  # the number its tills know; empty if none
    zone = models.TextField()
    region = models.TextField(blank=True)
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)  # since when nothing new is booked there

    class Meta:
        db_table = "access_store"
        constraints = (
            models.UniqueConstraint(fields=["merchant", "name"], name="access_store_name"),
            models.UniqueConstraint(fields=["id", "merchant"], name="access_store_within"),
            models.UniqueConstraint(
                fields=["merchant", "external_id"], condition=~Q(external_id=""), name="access_store_external_id"
            ),
        )


class Map(models.Model):
    """One row: the edition of the places, a new one after each change (a trigger), so that a copy can be kept."""

    one = models.BooleanField(primary_key=True, default=True)
    edition = models.UUIDField()

    class Meta:
        db_table = "access_map"
        constraints = (models.CheckConstraint(condition=Q(one=True), name="access_map_one"),)


class StaffManager(BaseUserManager["Staff"]):
    """Looks staff up by mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(email=(username or "").strip().lower())


class Staff(AbstractBaseUser):
    """A person who works with Regulars. Logs in with the mail address; members are not staff."""

    id = models.UUIDField(primary_key=True)
    email = models.EmailField(unique=True)  # in small letters
    name = models.TextField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    sessions_ended = models.IntegerField(default=0)  # one more ends every session there is

    objects = StaffManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "access_staff"
        constraints = (models.CheckConstraint(condition=Q(email=Lower("email")), name="access_staff_email_small"),)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """A session holds this; it is compared at every request."""
        said = f"{self.password}\x1f{self.sessions_ended}"
        return salted_hmac("regulars.access.session", said, secret=secret, algorithm="sha256").hexdigest()


class Role(models.Model):
    """A named set of rights of one organisation; `code` is stable."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="roles")
    code = models.TextField()
    name = models.TextField()
    rights = ArrayField(models.TextField())
    offered = ArrayField(models.TextField(), default=list)  # of a built-in role: what releases so far gave it

    class Meta:
        db_table = "access_role"
        constraints = (
            models.UniqueConstraint(fields=["organisation", "code"], name="access_role_code"),
            models.UniqueConstraint(fields=["id", "organisation"], name="access_role_within"),
        )


class Key(models.Model):
    """An API key of a till, a web shop or another program; its secrets are beside it."""

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    created_at = models.DateTimeField()
    # A person's own key never does more than they may, and ends when they leave; that of a till or shop has no owner.
    owner = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="keys")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_key"


class Secret(models.Model):
    """What a key's text is checked against. While a key is rotated two of them are valid."""

    prefix = models.CharField(primary_key=True, max_length=12)
    key = models.ForeignKey(Key, models.CASCADE, related_name="secrets")
    digest = models.BinaryField(max_length=32)  # keyed with the installation's secret
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)  # to the hour, so that a busy till writes no row per call

    class Meta:
        db_table = "access_secret"


class Assignment(models.Model):
    """A role given to a staff member or a key, at an organisation, a merchant or a store."""

    id = models.UUIDField(primary_key=True)
    staff = models.ForeignKey(Staff, models.CASCADE, null=True, related_name="assignments")
    key = models.ForeignKey(Key, models.CASCADE, null=True, related_name="assignments")
    role = models.ForeignKey(Role, models.PROTECT, related_name="assignments")
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True)
    store = models.ForeignKey(Store, models.PROTECT, null=True)
    given_at = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_assignment"
        constraints = (
            models.CheckConstraint(
                condition=Q(staff=None, key__isnull=False) | Q(staff__isnull=False, key=None),
                name="access_assignment_to_one",
            ),
            models.CheckConstraint(
                condition=Q(store=None) | Q(merchant__isnull=False), name="access_assignment_store_in_merchant"
            ),
            models.UniqueConstraint(
                fields=["staff", "key", "role", "merchant", "store"],
                name="access_assignment_once",
                nulls_distinct=False,
            ),
        )


class Haunt(models.Model):
    """A network from which a staff member has logged in, as a keyed hash."""

    staff = models.ForeignKey(Staff, models.CASCADE)
    mark = models.BinaryField(max_length=32)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "access_haunt"
        constraints = (models.UniqueConstraint(fields=["staff", "mark"], name="access_haunt_once"),)


class Factor(models.Model):
    """A staff member's second factor: the secret shared with the app on their phone, sealed."""

    staff = models.OneToOneField(Staff, models.CASCADE, primary_key=True, related_name="factor")
    sealed = models.BinaryField(default=b"")  # in use; empty until a first code has shown that the app has it
    offered = models.BinaryField(default=b"")  # shown, and not in use yet
    made_at = models.DateTimeField(null=True)  # None while none is in use
    last_step = models.BigIntegerField(default=0)  # of the newest code that was used: no code is used twice

    class Meta:
        db_table = "access_factor"
        constraints = (
            models.CheckConstraint(
                condition=Q(made_at=None, sealed=b"") | (Q(made_at__isnull=False) & ~Q(sealed=b"")),
                name="access_factor_made_whole",
            ),
        )


class RecoveryCode(models.Model):
    """For one log-in without the phone. What is kept cannot give it back."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(max_length=32)  # keyed with the installation's secret
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_recovery_code"
        constraints = (models.UniqueConstraint(fields=["staff", "digest"], name="access_recovery_code_once"),)


class Tries(models.Model):
    """Failed log-ins, wrong codes or refused keys of a network or an account (a keyed hash) in one window of time."""

    mark = models.BinaryField(max_length=32)
    window_at = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        db_table = "access_tries"
        constraints = (models.UniqueConstraint(fields=["mark", "window_at"], name="access_tries_once"),)
        indexes = (models.Index(fields=["window_at"], name="access_tries_window"),)


class AlertRule(models.Model):
    """Which deeds are odd: more than `threshold` of `measure` per `group` within `seconds`."""

    id = models.UUIDField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    deeds = ArrayField(models.TextField())  # as the journal names them
    actor_kind = models.TextField(blank=True)  # "" is any
    facts = models.JSONField(default=list)  # the line's `after` must hold one of these; [] is any
    group = models.TextField()  # actor, subject, store, merchant, address, or "fact:" and a name within `after`
    measure = models.TextField()  # deeds, subjects or amount
    threshold = models.BigIntegerField()
    seconds = models.IntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "access_alert_rule"
        constraints = (
            models.CheckConstraint(
                condition=Q(group__regex="^(actor|subject|store|merchant|address|fact:[a-z_]+)$"),
                name="access_alert_rule_group",
            ),
            models.CheckConstraint(
                condition=Q(measure__in=["deeds", "subjects", "amount"]), name="access_alert_rule_measure"
            ),
            models.CheckConstraint(condition=Q(threshold__gt=0, seconds__gt=0), name="access_alert_rule_positive"),
        )


class Watch(models.Model):
    """One row: up to which line of the journal the alert rules have looked."""

    one = models.BooleanField(primary_key=True, default=True)
    number = models.BigIntegerField()

    class Meta:
        db_table = "access_watch"
        constraints = (models.CheckConstraint(condition=Q(one=True), name="access_watch_one"),)


class Alert(models.Model):
    """One incident: a rule, whom it concerns, from when to when, and the most that was measured."""

    id = models.UUIDField(primary_key=True)
    rule = models.ForeignKey(AlertRule, models.PROTECT)
    about = models.TextField()  # the value of the rule's group: a typed id, an address
    actor_name = models.TextField(blank=True)
    merchant = models.TextField(blank=True)  # typed ids
    store = models.TextField(blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    measured = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "access_alert"
        constraints = (models.CheckConstraint(condition=Q(first_at__lte=F("last_at")), name="access_alert_times"),)
        indexes = (models.Index(fields=["rule", "about", "last_at"], name="access_alert_incident"),)


class Letter(models.Model):
    """The wish to tell one recipient of one alert; written with the alert, sent later."""

    id = models.UUIDField(primary_key=True)
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="letters")
    recipient = models.ForeignKey(Staff, models.CASCADE, null=True)  # None: the channels of the environment
    tries = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)  # None: told, or given up
    told_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta:
        db_table = "access_letter"
        indexes = (models.Index(fields=["next_at"], name="access_letter_due", condition=Q(next_at__isnull=False)),)
        constraints = (
            models.UniqueConstraint(fields=["alert", "recipient"], name="access_letter_once", nulls_distinct=False),
        )
