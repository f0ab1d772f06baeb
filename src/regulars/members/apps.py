"""The room as Django knows it."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MembersConfig(AppConfig):
    name = "regulars.members"
    label = "members"

    def ready(self) -> None:
        post_migrate.connect(_keys_are_there, sender=self)


def _keys_are_there(**_: Any) -> None:
    """An installation whose tables are made has its keys, before the first value is sealed."""
    from django.utils import timezone

    from regulars.members.services.keys import make_first

    make_first(at=timezone.now())
