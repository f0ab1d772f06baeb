"""Referrals, and what members opted into, in deeds across rooms: each stays with the id it was made under; reading goes
by root."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.members.deeds import Plain
from regulars.programme.models import Enrolment, Followed, Referral, ReferralCode, Reset

room: Final = "following"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing moves."""
    return {}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Nothing moved."""
    return {}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nobody is brought by an erased member any more. What was given stays, by ids that lead to nobody. One query."""
    gone, _ = ReferralCode.objects.filter(member__in=members).delete()
    return {"codes": gone}


def export(members: Sequence[UUID]) -> Plain:
    """Five queries."""
    return {
        "referral_codes": list(ReferralCode.objects.filter(member__in=members).values_list("code", flat=True)),
        "referrals": [
            {
                "programme": row.programme,
                "brought": row.referrer in members,
                "at": row.claimed_at.isoformat(),
                "rewarded_at": row.rewarded_at.isoformat() if row.rewarded_at else None,
            }
            for row in Referral.objects.filter(Q(friend__in=members) | Q(referrer__in=members)).order_by("id")
        ],
        "enrolments": [
            {
                "kind": row.kind,
                "code": row.code,
                "state": row.state,
                "begins_at": row.begins_at.isoformat(),
                "ends_at": row.ends_at.isoformat() if row.ends_at else None,
            }
            for row in Enrolment.objects.filter(member__in=members).order_by("id")
        ],
        "prizes": [
            {
                "kind": row.kind,
                "code": row.code,
                "unit": row.unit,
                "coupons": [typed("cpn", one) for one in row.coupons],
                "amount": row.amount,
                "at": row.given_at.isoformat(),
                "taken_back_at": row.taken_back_at.isoformat() if row.taken_back_at else None,
            }
            for row in Followed.objects.filter(member__in=members).order_by("id")
        ],
        "resets": [
            {
                "code": row.code,
                "unit": row.unit,
                "amount": row.amount,
                "at": row.taken_at.isoformat(),
                "state": row.state,
            }
            for row in Reset.objects.filter(member__in=members).order_by("id")
        ],
    }


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Who brought or was brought, or opted into something, has a history. Three queries."""
    found = set(Referral.objects.filter(friend__in=members).values_list("friend", flat=True))
    found |= set(Referral.objects.filter(referrer__in=members).values_list("referrer", flat=True))
    found |= set(Enrolment.objects.filter(member__in=members).values_list("member", flat=True))
    return [member for member in members if member in found]
