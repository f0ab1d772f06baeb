"""Audiences that nearly every business wants: where to begin when there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Ready:
    """An audience to begin with: what it is called, why one wants it, its conditions."""

    code: str
    name: Any
    reason: Any
    document: Mapping[str, Any]


READY: Final = (
    Ready(
        "regular-guests", _("Regulars"), _("They come anyway: thank them, and ask them to bring somebody."),
        {"all": [{"type": "bought", "times_at_least": 4, "within_days": 90}]},
    ),
    Ready(
        "slipping-away", _("Slipping away"), _("They came more than once and have not for months: win them back."),
        {"all": [
            {"type": "bought", "times_at_least": 2, "within_days": 365},
            {"type": "last-bought", "days_ago_at_least": 90},
            {"type": "consent", "channel": "email", "purpose": "marketing"},
        ]},
    ),
    Ready(
        "birthday-soon", _("Birthday soon"), _("Their birthday is within two weeks: greet them."),
        {"all": [
            {"type": "birthday", "first_day": 0, "last_day": 14},
            {"type": "consent", "channel": "email", "purpose": "marketing"},
        ]},
    ),
)  # fmt: skip


def ready() -> tuple[Ready, ...]:
    """Three of them."""
    return READY
