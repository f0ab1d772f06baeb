"""How alerts leave the house: mail through an SMTP server, and other channels through Apprise. By the environment.

REGULARS_SMTP_URL    smtps://name:password@host:465 (TLS at once) or smtp://name:password@host:587 (STARTTLS, demanded;
                     without it only on this machine, or with ?tls=none). ?from=regulars@example.org is the sender.
REGULARS_ALERT_URLS  addresses as Apprise has them, with blanks between them
"""

import os
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from regulars.access.errors import WrongSetting

SMTP_URL: Final = "REGULARS_SMTP_URL"
ALERT_URLS: Final = "REGULARS_ALERT_URLS"
SECONDS: Final = 20
_HERE: Final = {"localhost", "127.0.0.1", "::1"}


class DeliveryFailed(Exception):
    """A message did not go out. `permanent`: trying again is of no use."""

    def __init__(self, problem: str, *, permanent: bool) -> None:
        super().__init__(problem)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    name: str
    password: str
    sender: str
    tls: str  # "at once", "starttls" or "none"

    @classmethod
    def here(cls) -> "MailServer | None":
        """By the environment; None where none is set. Raises WrongSetting."""
        url = os.environ.get(SMTP_URL, "")
        return cls.read(url) if url else None

    @classmethod
    def read(cls, url: str) -> "MailServer":
        """Raises WrongSetting.

        >>> MailServer.read("smtp://ann:s%40crt@mail.example").port, MailServer.read("smtp://localhost:25").tls
        (587, 'none')
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise WrongSetting(f"{SMTP_URL} begins with smtp:// or smtps:// and names a host.", field=SMTP_URL)
        asked = dict(parse_qsl(parts.query))
        plain = asked.get("tls") == "none" or parts.hostname in _HERE
        return cls(
            parts.hostname,
            parts.port or (465 if parts.scheme == "smtps" else 587),
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            asked.get("from") or f"regulars@{parts.hostname}",
            "at once" if parts.scheme == "smtps" else "none" if plain else "starttls",
        )

    def send(self, message: EmailMessage) -> None:
        """Raises DeliveryFailed."""
        message["From"] = self.sender
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            raise DeliveryFailed(f"recipient refused: {codes}", permanent=min(codes) >= 500) from refused
        except smtplib.SMTPResponseException as answered:
            raise DeliveryFailed(f"{answered.smtp_code} answered", permanent=answered.smtp_code >= 500) from answered
        except (smtplib.SMTPException, OSError) as failed:
            raise DeliveryFailed(f"{type(failed).__name__}: {failed}", permanent=False) from failed

    def connected(self) -> smtplib.SMTP:
        """A connection for several messages; its owner closes it. Raises DeliveryFailed."""
        try:
            return self._connected()
        except (smtplib.SMTPException, OSError) as failed:
            raise DeliveryFailed(type(failed).__name__, permanent=False) from failed

    def _connected(self) -> smtplib.SMTP:
        if self.tls == "at once":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        if self.tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if self.name:
            server.login(self.name, self.password)
        return server


def alert_urls() -> list[str]:
    return os.environ.get(ALERT_URLS, "").split()


def notify(title: str, body: str) -> None:
    """To every channel of the environment. Raises DeliveryFailed."""
    import apprise  # slow to import, and seldom needed

    channels = apprise.Apprise()
    for url in alert_urls():
        if not channels.add(url):
            raise DeliveryFailed(f"an address in {ALERT_URLS} is none that Apprise knows", permanent=True)
    notified: Callable[..., bool | None] = channels.notify
    if not notified(title=title, body=body):
        raise DeliveryFailed("a channel did not take it", permanent=False)
