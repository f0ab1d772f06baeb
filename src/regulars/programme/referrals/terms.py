"""Referral programmes among the terms."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from regulars.programme.earning import named
from regulars.programme.following.terms import of_prize
from regulars.programme.terms import Problem, of_kind
from regulars.rules.referrals import ReferralTerms

REFERRAL: Final = "referral"


def _check(terms: ReferralTerms, organisation: UUID) -> Iterator[Problem]:
    for name in ("to_friend", "to_referrer"):
        prize = getattr(terms, name)
        if prize is not None:
            yield from of_prize(prize, f"/{name}", organisation)
    yield from named(terms.conditions, "/conditions", organisation)


of_kind(REFERRAL, ReferralTerms, check=_check)
