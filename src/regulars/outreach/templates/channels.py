"""The channels a template can be sent by, and what it says on each."""

from typing import Final

EMAIL: Final = "email"
SMS: Final = "sms"
POST: Final = "post"
CHANNELS: Final = frozenset({EMAIL, SMS, POST})
LANGUAGES: Final = ("en", "zh")  # the first is what everybody else gets
