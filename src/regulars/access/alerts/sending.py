"""Telling people of alerts: one step of background work."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final

from django.db import transaction

from regulars.access import locks
from regulars.access.alerts.transports import DeliveryFailed, MailServer, alert_urls, notify
from regulars.access.models import Alert, Letter
from regulars.journal.verifying import head

WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720, 1440))  # after the first try, the second …
NO_WAY: Final = "nowhere to send it to"


def send_due(*, at: datetime, most: int = 50) -> int:
    """Sends what is due; says how many letters went out. To be called every minute.

    At least once: should this process die between the mail server's yes and our note of it, the letter goes out again.
    A letter that fails is tried eight times within two days; one that nobody can ever take is given up at once.
    """
    server = MailServer.here()
    sent = 0
    for letter in _taken(at, most):
        try:
            _send(letter, server)
        except DeliveryFailed as failed:
            _note_failure(letter, failed)
        else:
            Letter.objects.filter(pk=letter.pk).update(told_at=at, next_at=None, problem="")
            sent += 1
    return sent


@transaction.atomic
def _taken(at: datetime, most: int) -> list[Letter]:
    """Letters that are ours until their next try would be due."""
    due = locks.letters_due(at, most)
    for letter in due:
        wait = WAITS[letter.tries] if letter.tries < len(WAITS) else None
        letter.tries += 1
        letter.next_at = at + wait if wait else None
    Letter.objects.bulk_update(due, ["tries", "next_at"])
    return list(Letter.objects.filter(pk__in=[letter.pk for letter in due]).select_related("alert__rule", "recipient"))


def _note_failure(letter: Letter, failed: DeliveryFailed) -> None:
    again = None if failed.permanent else letter.next_at
    Letter.objects.filter(pk=letter.pk).update(next_at=again, problem=str(failed)[:500])


def _send(letter: Letter, server: MailServer | None) -> None:
    """Raises DeliveryFailed."""
    title, body = f"Regulars: {letter.alert.rule.name}", told(letter.alert)
    if letter.recipient is None:
        if not alert_urls():
            raise DeliveryFailed(NO_WAY, permanent=False)
        notify(title, body)
        return
    if server is None:
        raise DeliveryFailed(NO_WAY, permanent=False)
    message = EmailMessage()
    message["Subject"], message["To"] = title, letter.recipient.email
    message["Message-ID"] = f"<{letter.id}@regulars.invalid>"  # the same at each try: mail programs show it once
    message["Date"] = letter.alert.made_at
    message.set_content(body)
    server.send(message)


def told(alert: Alert) -> str:
    """What people read: ids, numbers and names of staff; nothing of any member. One query."""
    rule = alert.rule
    who = f"{alert.actor_name} ({alert.about})" if alert.actor_name and rule.group == "actor" else alert.about
    limit = f"the rule's limit is {rule.threshold}"
    lines = [
        f"{rule.name}: {who}",
        f"{_MEASURES[rule.measure]}: {alert.measured} within {_length(rule.seconds)} ({limit})",
        f"from {alert.first_at:%Y-%m-%d %H:%M:%S} to {alert.last_at:%H:%M:%S} UTC",
    ]
    if alert.merchant or alert.store:
        lines.append(f"at {alert.store or alert.merchant}")
    since = f"{alert.first_at - timedelta(seconds=rule.seconds):%Y-%m-%dT%H:%M:%SZ}"
    lines += ["", "See each line:", f"  regulars journal search --since {since} {_by(alert)}".rstrip()]
    # Out of the database, and so a witness of it: see docs/journal.md.
    lines += ["", f"The head of the journal's chain now: {head()}"]
    return "\n".join(lines) + "\n"


_MEASURES: Final = {"deeds": "counted", "subjects": "persons", "amount": "amount"}


def _by(alert: Alert) -> str:
    if alert.rule.group in ("actor", "store", "merchant"):
        return f"--{alert.rule.group} {alert.about}"
    if alert.rule.group == "subject":
        return f"--about {alert.about}"
    return f"--deed {alert.rule.deeds[0]}"


def _length(seconds: int) -> str:
    """
    >>> _length(600), _length(86400), _length(45)
    ('10 minutes', '24 hours', '45 seconds')
    """
    if seconds % 3600 == 0:
        return f"{seconds // 3600} hours"
    return f"{seconds // 60} minutes" if seconds % 60 == 0 else f"{seconds} seconds"
