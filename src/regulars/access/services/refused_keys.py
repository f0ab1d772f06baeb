"""API keys that are refused: each is counted, the first are written down one by one, and a burst has to wait.

A key that is valid is never looked at here: whoever sends wrong ones from a shop's address keeps no till waiting.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from regulars.access.models import Secret
from regulars.access.services.passwords import network_of
from regulars.access.services.tries import WINDOW, counted, left, told_of
from regulars.access.texts import digest_of, keyed, prefix_of
from regulars.basics.ids import typed
from regulars.journal.moves import SYSTEM, Actor, Deed
from regulars.journal.services import record

MINUTE: Final = timedelta(minutes=1)
MOST: Final = 20  # refused keys a minute: from one network, and with the prefix of one key from anywhere
# Lines within a quarter of an hour, beyond which one at each doubling stands for all: of one network, and of all.
LINES: Final = 10
LINES_OF_ALL: Final = 200


@transaction.atomic
def note_refused(text: str, *, address: str, request_id: str = "", at: datetime) -> int:
    """How many seconds to wait before the next try, 0 for at once. Three queries at most."""
    prefix, network = prefix_of(text), network_of(address)
    secret = Secret.objects.filter(prefix=prefix).first() if prefix else None
    of_network, of_key, lines, all_lines = (
        keyed("regulars.access.refused_keys", f"{kind}\x1f{what}")
        for kind, what in (("network", network), ("key", prefix), ("lines", network), ("lines", "all"))
    )
    windows = {of_network: MINUTE, lines: WINDOW, all_lines: WINDOW}
    if secret is not None:  # a made-up prefix leaves no row of its own
        windows[of_key] = MINUTE
    counts = counted(windows, at=at)
    if told_of(counts[lines], LINES) and told_of(counts[all_lines], LINES_OF_ALL):
        told = {"prefix": prefix, "network": network, "why": _why(text, secret), "tries": counts[lines]}
        subject = typed("key", secret.key_id) if secret is not None else ""
        nobody = Actor(SYSTEM, "api-key", request_id=request_id, address=address)
        record([Deed("access.refuse_key", subject, after=told)], actor=nobody, at=at)
    over = max(counts[of_network], counts.get(of_key, 0)) > MOST
    return left(at, MINUTE) if over else 0


def _why(text: str, secret: Secret | None) -> str:
    """What the trail may know and the caller may not: a key that has ended is a till that was not told."""
    if secret is None:
        return "unknown"
    return "ended" if bytes(secret.digest) == digest_of(text) else "wrong"
