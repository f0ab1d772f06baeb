"""The document of a policy: quiet hours, caps, the share that gets nothing. Read strictly, faults with their place."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from regulars.basics.forms import IN_WORDS
from regulars.outreach.errors import WrongPolicy
from regulars.outreach.gate.deciding import SHARES, Cap, Policy, Quiet

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class QuietForm(_Form):
    """No marketing from one time of the day to another; over midnight where it ends before it begins."""

    channel: Channel | None = None  # None: every channel that has no line of its own
    begins: Clock
    ends: Clock


class CapForm(_Form):
    """At most so many messages of marketing within any so many days."""

    most: Annotated[int, Field(ge=0, le=1000)]
    days: Annotated[int, Field(ge=1, le=90)]
    channel: Channel | None = None  # None: over all


class HoldoutForm(_Form):
    """So many of ten thousand members get no marketing at all; drawn anew every so many months."""

    share: Annotated[int, Field(ge=0, le=SHARES)] = 0
    months: Annotated[int, Field(ge=1, le=60)] = 12


class PolicyForm(_Form):
    """How members are reached."""

    quiet: Annotated[tuple[QuietForm, ...], Field(max_length=20)] = ()
    caps: Annotated[tuple[CapForm, ...], Field(max_length=20)] = ()
    holdout: HoldoutForm = HoldoutForm()


# Until an organisation says otherwise: nights are quiet, and nobody gets more than one message a day, three a week.
DEFAULT: Final[Mapping[str, Any]] = {
    "quiet": [{"begins": "21:00", "ends": "08:00"}],
    "caps": [{"most": 1, "days": 1}, {"most": 3, "days": 7}],
    "holdout": {"share": 0, "months": 12},
}


def read(document: Mapping[str, Any], *, within: str = "") -> PolicyForm:
    """Raises WrongPolicy."""
    try:
        form = PolicyForm.model_validate_json(json.dumps(document))
    except ValidationError as found:
        told = [
            {
                "pointer": within + "".join(f"/{step}" for step in one["loc"]),
                "in": "body",
                "detail": IN_WORDS.get(one["type"], one["msg"]),
                "code": one["type"],
            }
            for one in found.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise WrongPolicy(f"This policy cannot be kept. {told[0]['pointer']}: {told[0]['detail']}", errors=told) from (
            found
        )
    channels = [one.channel for one in form.quiet]
    if len(set(channels)) != len(channels):
        told = [{"pointer": f"{within}/quiet", "in": "body", "detail": "A channel is named once.", "code": "twice"}]
        raise WrongPolicy("This policy cannot be kept. A channel has two quiet hours.", errors=told)
    return form


def policy_of(form: PolicyForm) -> Policy:
    """As the decision takes it."""
    return Policy(
        quiet={one.channel or "": Quiet(_minutes(one.begins), _minutes(one.ends)) for one in form.quiet},
        caps=tuple(Cap(one.most, one.days, one.channel or "") for one in form.caps),
        holdout_share=form.holdout.share,
    )


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
