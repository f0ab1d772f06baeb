"""Alert rules are data: their limits are set, they are switched off and on."""

from datetime import datetime

from django.db import transaction

from regulars.access import gate
from regulars.access.errors import WrongSetting
from regulars.access.models import AlertRule
from regulars.access.moves import Grants
from regulars.access.rights import Right
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record


@transaction.atomic
def set_rule(
    code: str,
    *,
    threshold: int | None = None,
    seconds: int | None = None,
    active: bool | None = None,
    by: Grants,
    actor: Actor,
    at: datetime,
) -> None:
    """Changes what is not None. A rule is the whole installation's. Raises NotAllowed, WrongSetting."""
    gate.require(by, Right.ALERTS_MANAGE)
    rule = AlertRule.objects.filter(code=code).first()
    if rule is None:
        known = list(AlertRule.objects.order_by("code").values_list("code", flat=True))
        raise WrongSetting(f"There is no alert rule {code[:60]!r}.", field="code", known=known)
    if (threshold is not None and threshold < 1) or (seconds is not None and seconds < 1):
        raise WrongSetting("A limit and a window are 1 or more.", field="threshold")
    before = {"threshold": rule.threshold, "seconds": rule.seconds, "active": rule.active}
    asked = {"threshold": threshold, "seconds": seconds, "active": active}
    after = {name: value if value is not None else before[name] for name, value in asked.items()}
    AlertRule.objects.filter(pk=rule.pk).update(**after)
    record([Deed("access.set_alert_rule", before=before, after={"rule": code, **after})], actor=actor, at=at)
