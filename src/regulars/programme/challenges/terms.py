"""Challenges and offers among the terms."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from regulars.programme.earning import named
from regulars.programme.following.terms import of_prize
from regulars.programme.terms import Problem, of_kind
from regulars.rules.challenges import ChallengeTerms
from regulars.rules.opting import OfferTerms

CHALLENGE: Final = "challenge"
OFFER: Final = "offer"


def _of_challenge(terms: ChallengeTerms, organisation: UUID) -> Iterator[Problem]:
    yield from of_prize(terms.prize, "/prize", organisation)
    yield from named(terms.conditions, "/conditions", organisation)


def _of_offer(terms: OfferTerms, organisation: UUID) -> Iterator[Problem]:
    yield from named(terms.conditions, "/conditions", organisation)


of_kind(CHALLENGE, ChallengeTerms, check=_of_challenge)
of_kind(OFFER, OfferTerms, check=_of_offer)
