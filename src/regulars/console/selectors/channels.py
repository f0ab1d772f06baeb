"""The ways out of the house: what each is set to, what went of late, what fails."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from regulars.access.alerts.transports import SMTP_URL, MailServer
from regulars.access.errors import WrongSetting
from regulars.console.desk import Desk
from regulars.journal.statements import run
from regulars.outreach.channels.texts import GATEWAY, outbox
from regulars.outreach.selectors_sending import settings_of
from regulars.outreach.templates.channels import EMAIL, POST, SMS

LOOKED: Final = 5_000  # of the newest things that happened to messages
_LATELY: Final = """
SELECT m.channel, e.what, max(e.at), count(*)
FROM outreach_message_event e JOIN outreach_message m ON m.id = e.message
WHERE e.id > coalesce((SELECT max(id) FROM outreach_message_event), 0) - %s AND m.organisation = %s::uuid
    AND e.what IN ('sent', 'failed', 'given-up', 'bounced') GROUP BY 1, 2
"""
_FAILED: Final = """
SELECT DISTINCT ON (m.channel) m.channel, e.why
FROM outreach_message_event e JOIN outreach_message m ON m.id = e.message
WHERE e.id > coalesce((SELECT max(id) FROM outreach_message_event), 0) - %s AND m.organisation = %s::uuid
    AND e.what IN ('failed', 'given-up') ORDER BY m.channel, e.id DESC
"""
_WAITING: Final = """
SELECT channel, count(*), count(*) FILTER (WHERE tries > 0) FROM outreach_outgoing
WHERE organisation = %s::uuid GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class ChannelTold:
    """One way out of the house."""

    name: str
    set_to: str  # which server, gateway or folder; empty: none
    wrong: str  # what is wrong with how it is set
    writes_as: str
    sent_at: datetime | None
    sent: int
    failed: int
    why: str  # the last failure
    waiting: int
    again: int  # of these, tried before


def told(desk: Desk) -> list[ChannelTold]:
    """Four queries."""
    written = settings_of(desk.home)
    lately: dict[str, dict[str, tuple[datetime, int]]] = {}
    for channel, what, at, count in run(_LATELY, [LOOKED, desk.home]):
        lately.setdefault(channel, {})[what] = (at, count)
    reasons = dict(run(_FAILED, [LOOKED, desk.home]))
    waiting = {channel: (count, again) for channel, count, again in run(_WAITING, [desk.home])}
    found = []
    for channel in (EMAIL, SMS, POST):
        set_to, wrong = _set_to(channel)
        happened = lately.get(channel, {})
        sent_at, sent = happened.get("sent", (None, 0))
        failed = sum(happened.get(what, (None, 0))[1] for what in ("failed", "given-up", "bounced"))
        left, again = waiting.get(channel, (0, 0))
        found.append(
            ChannelTold(
                channel, set_to, wrong, _writes_as(written.get(channel, {})), sent_at, sent, failed,
                reasons.get(channel, ""), left, again,
            )
        )  # fmt: skip
    return found


def _set_to(channel: str) -> tuple[str, str]:
    """Where it goes, and what is wrong with that; never a password."""
    if channel == EMAIL:
        try:
            server = MailServer.here()
        except WrongSetting as wrong:
            return os.environ.get(SMTP_URL, "").partition("@")[2], str(wrong)
        return (f"{server.host}:{server.port}, {server.sender}", "") if server else ("", "")
    if channel == SMS:
        return os.environ.get(GATEWAY, "") or str(outbox()), ""
    from regulars.outreach.channels.letters import folder

    return str(folder()), ""


def _writes_as(setting: Mapping[str, Any]) -> str:
    """As whom the organisation writes there."""
    lines = setting.get("from_lines") or [setting.get("sender_name", ""), setting.get("sender", "")]
    return ", ".join(str(line) for line in lines if line)
