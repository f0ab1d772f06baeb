"""Tables of the room, without verbs; these are in `services`."""

from regulars.outreach.models.audience import Audience, AudienceChange, AudienceMember, AudienceVersion
from regulars.outreach.models.message import Message, MessageState, Policy, Recipient, Suppression

__all__ = [
    "Audience",
    "AudienceChange",
    "AudienceMember",
    "AudienceVersion",
    "Message",
    "MessageState",
    "Policy",
    "Recipient",
    "Suppression",
]
