"""Tables of the room; verbs are in `services`."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


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

    objects = StaffManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "access_staff"
        constraints = (
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="access_staff_email_small"),
        )
