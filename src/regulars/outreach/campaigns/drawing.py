"""Who gets a campaign, who is kept without it to compare, who is held back: a pure decision on plain values.

What is known before the draw decides who is held back, and it is asked alike of everybody; then the draw alone decides.
So treated and holdout differ by nothing but chance, and both would have been reached.

>>> spring = Draw(b"secret", universal=b"year", universal_share=0, campaign="spring", share=5000)
>>> judged = [spring.of(UUID(int=n), {"email": None}) for n in range(1000)]
>>> 400 < sum(one.arm == Arm.HOLDOUT for one in judged) < 600
True
>>> spring.of(UUID(int=7), {"email": Why.NO_CONSENT, "sms": None}).channel
'sms'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from regulars.outreach.gate.deciding import held_out
from regulars.outreach.gate.words import Why
from regulars.outreach.models import Arm


@dataclass(frozen=True, slots=True)
class Judged:
    """What is decided for one member."""

    arm: Arm
    why: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """The same hashes as the gate's: nobody is drawn twice."""

    secret: bytes
    universal: bytes  # the salt of this period
    universal_share: int
    campaign: str
    share: int

    def of(self, member: UUID, channels: Mapping[str, Why | None], unfit: str = "") -> Judged:
        """`channels`, the preferred first: why the member cannot be reached so, for good; None: they can. `unfit`: why
        there is nothing to give them."""
        if held_out(self.universal, member, self.universal_share):
            return Judged(Arm.HELD, Why.UNIVERSAL_HOLDOUT.value)
        if unfit:
            return Judged(Arm.HELD, unfit)
        channel = next((name for name, why in channels.items() if why is None), "")
        if channels and not channel:
            why = next(iter(channels.values()))
            assert why is not None
            return Judged(Arm.HELD, why.value)
        held = held_out(self.secret + f"/campaign/{self.campaign}".encode(), member, self.share)
        return Judged(Arm.HOLDOUT if held else Arm.TREATED, channel=channel)
