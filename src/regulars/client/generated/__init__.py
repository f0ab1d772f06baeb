"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from regulars.client.generated.activities import Activities
from regulars.client.generated.audiences import Audiences
from regulars.client.generated.baskets import Baskets
from regulars.client.generated.benefits import Benefits
from regulars.client.generated.campaigns import Campaigns
from regulars.client.generated.cards import Cards
from regulars.client.generated.care import Care
from regulars.client.generated.case_deeds import CaseDeeds
from regulars.client.generated.case_kinds import CaseKinds
from regulars.client.generated.cases import Cases
from regulars.client.generated.challenges import Challenges
from regulars.client.generated.closing import Closing
from regulars.client.generated.companies import Companies
from regulars.client.generated.consents import Consents
from regulars.client.generated.coupons import Coupons
from regulars.client.generated.deliveries import Deliveries
from regulars.client.generated.events import Events
from regulars.client.generated.exchange import Exchange
from regulars.client.generated.extending import Extending
from regulars.client.generated.extras import Extras
from regulars.client.generated.families import Families
from regulars.client.generated.follow_ups import FollowUps
from regulars.client.generated.goodwill import Goodwill
from regulars.client.generated.holdings import Holdings
from regulars.client.generated.households import Households
from regulars.client.generated.identifiers import Identifiers
from regulars.client.generated.jobs import Jobs
from regulars.client.generated.leaving import Leaving
from regulars.client.generated.lists import Lists
from regulars.client.generated.merging import Merging
from regulars.client.generated.messages import Messages
from regulars.client.generated.moving import Moving
from regulars.client.generated.own import Own
from regulars.client.generated.people import People
from regulars.client.generated.posting import Posting
from regulars.client.generated.programme import Programme
from regulars.client.generated.purchases import Purchases
from regulars.client.generated.recognising import Recognising
from regulars.client.generated.referrals import Referrals
from regulars.client.generated.replies import Replies
from regulars.client.generated.resets import Resets
from regulars.client.generated.reviews import Reviews
from regulars.client.generated.rewards import Rewards
from regulars.client.generated.scores import Scores
from regulars.client.generated.settings import Settings
from regulars.client.generated.simulations import Simulations
from regulars.client.generated.templates import Templates
from regulars.client.generated.tiers import Tiers
from regulars.client.generated.value import Value
from regulars.client.generated.webhooks import Webhooks


class Addresses(
    Activities,
    Audiences,
    Baskets,
    Benefits,
    Campaigns,
    Cards,
    Care,
    CaseDeeds,
    CaseKinds,
    Cases,
    Challenges,
    Closing,
    Companies,
    Consents,
    Coupons,
    Deliveries,
    Events,
    Exchange,
    Extending,
    Extras,
    Families,
    FollowUps,
    Goodwill,
    Holdings,
    Households,
    Identifiers,
    Jobs,
    Leaving,
    Lists,
    Merging,
    Messages,
    Moving,
    Own,
    People,
    Posting,
    Programme,
    Purchases,
    Recognising,
    Referrals,
    Replies,
    Resets,
    Reviews,
    Rewards,
    Scores,
    Settings,
    Simulations,
    Templates,
    Tiers,
    Value,
    Webhooks,
):
    """Every address of the API."""

    __slots__ = ()
