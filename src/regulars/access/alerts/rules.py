"""The alert rules an installation begins with; they are rows that may be changed."""

from datetime import datetime
from typing import Final

from regulars.access.models import AlertRule
from regulars.basics.ids import new_id

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
LOOKS: Final = ["members.read", "members.recognise", "ledger.read"]

# Thresholds: what a busy shop's normal days stay well below; docs/journal.md says how they were checked.
FIRST: Final = (
    AlertRule(
        code="many-look-ups",
        name="Many members looked up by one person",
        deeds=LOOKS,
        actor_kind="staff",
        group="actor",
        measure="subjects",
        threshold=60,
        seconds=10 * MINUTE,
    ),
    AlertRule(
        code="many-look-ups-in-a-day",
        name="Very many members looked up by one person",
        deeds=LOOKS,
        actor_kind="staff",
        group="actor",
        measure="subjects",
        threshold=1000,
        seconds=24 * HOUR,
    ),
    AlertRule(
        code="unknown-codes",
        name="Many numbers tried that nobody has",
        deeds=["members.recognise"],
        facts=[{"known": False}],
        group="actor",
        measure="deeds",
        threshold=60,
        seconds=10 * MINUTE,
    ),
    AlertRule(
        code="large-adjustment",
        name="Large adjustment of points or value",
        deeds=["ledger.adjust"],
        group="actor",
        measure="amount",
        threshold=50_000,
        seconds=HOUR,
    ),
    AlertRule(
        code="redemption-burst",
        name="Many redemptions by one member",
        deeds=["ledger.post", "ledger.capture"],
        facts=[{"kind": "spend"}, {"kind": "capture"}],
        group="fact:member",
        measure="deeds",
        threshold=6,
        seconds=10 * MINUTE,
    ),
    AlertRule(
        code="redemption-burst-at-one-till",
        name="Many redemptions through one till or person",
        deeds=["ledger.post", "ledger.capture"],
        facts=[{"kind": "spend"}, {"kind": "capture"}],
        group="actor",
        measure="deeds",
        threshold=40,
        seconds=10 * MINUTE,
    ),
    AlertRule(
        code="failed-card-signatures",
        name="Cards whose signature is wrong",
        deeds=["cards.forged"],
        group="actor",
        measure="deeds",
        threshold=5,
        seconds=10 * MINUTE,
    ),
    AlertRule(
        code="log-in-from-new-place",
        name="Log-in from a new place",
        deeds=["access.log_in"],
        facts=[{"new_place": True}],
        group="actor",
        measure="deeds",
        threshold=1,
        seconds=HOUR,
    ),
    AlertRule(
        code="journal-broken",
        name="The journal was changed past the program",
        deeds=["journal.broken"],
        group="fact:reason",
        measure="deeds",
        threshold=1,
        seconds=48 * HOUR,
    ),
    AlertRule(
        code="sealing-held-up",
        name="A transaction left open holds up the sealing of transfers",
        deeds=["ledger.seal_held_up"],
        group="fact:transaction",
        measure="deeds",
        threshold=1,
        seconds=HOUR,
    ),
    AlertRule(
        code="failed-log-ins",
        name="Many failed log-ins from one address",
        deeds=["access.log_in_failed", "access.password_failed"],
        group="address",
        measure="deeds",
        threshold=10,
        seconds=15 * MINUTE,
    ),
    AlertRule(
        code="failed-codes",
        name="Wrong codes after a right password",
        deeds=["access.code_failed"],
        group="subject",
        measure="deeds",
        threshold=5,
        seconds=15 * MINUTE,
    ),
    AlertRule(
        code="second-factor-removed",
        name="Second factor of a colleague taken away",
        deeds=["access.remove_factor"],
        group="subject",
        measure="deeds",
        threshold=1,
        seconds=HOUR,
    ),
    AlertRule(
        code="wrong-api-keys",
        name="Many refused API keys from one network",
        deeds=["access.refuse_key"],
        group="fact:network",
        measure="deeds",
        threshold=10,
        seconds=15 * MINUTE,
    ),
    AlertRule(
        code="late-cases",
        name="Cases or follow-ups that are late",
        deeds=["cases.late", "followups.late"],
        group="fact:place",
        measure="deeds",
        threshold=1,
        seconds=HOUR,
    ),
    AlertRule(
        code="webhook-switched-off",
        name="A webhook that failed for days was switched off",
        deeds=["webhooks.switched_off"],
        group="fact:organisation",
        measure="deeds",
        threshold=1,
        seconds=HOUR,
    ),
)


def lay_down(*, at: datetime) -> None:
    """Writes the rules that are not there yet; those there stay as they were changed. One query."""
    fresh = [
        AlertRule(
            id=new_id(at),
            code=rule.code,
            name=rule.name,
            deeds=rule.deeds,
            actor_kind=rule.actor_kind,
            facts=rule.facts,
            group=rule.group,
            measure=rule.measure,
            threshold=rule.threshold,
            seconds=rule.seconds,
        )
        for rule in FIRST
    ]
    AlertRule.objects.bulk_create(fresh, ignore_conflicts=True)
