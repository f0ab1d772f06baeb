"""One member to look at the pages of members as: with a phone that nobody has, and a link that logs in once."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count

from regulars.demo.setting import DEMO, State
from regulars.members.moves import NewIdentifier, Presented
from regulars.members.selectors import recognise
from regulars.members.selectors.ways import shut
from regulars.members.services import identifiers, ways
from regulars.portal.services.links import make
from regulars.sales.models import Sale

PHONE: Final = "+442079460123"  # of the range that is kept for stories


def shown(state: State, members: Collection[UUID], *, at: datetime) -> dict[str, str]:
    """The phone, and the secret part of a link; the same member each time. `members`: among whom to choose."""
    found = recognise(Presented("phone", PHONE), organisation=state.home)
    member = found.member if found is not None else None
    if member is None:
        member = _busiest(members)
        phone = NewIdentifier("phone", PHONE, verified=True)
        (added,) = identifiers.add(
            [(member, phone)], organisation=state.home, source="demo", effective_at=at, actor=DEMO, at=at
        )
        if shut([added], at=at):  # they have a mail address too, and are asked
            ways.agree(added, root=member, actor=DEMO, at=at)
    return {"phone": PHONE, "link": make(member, organisation=state.home, actor=DEMO, at=at)}


def _busiest(members: Collection[UUID]) -> UUID:
    """Who has most to show. One query."""
    rows = Sale.objects.filter(member__in=list(members)).values("member").annotate(bills=Count("id"))
    best = rows.order_by("-bills", "member").first()
    assert best is not None
    return UUID(str(best["member"]))
