"""Tables of the room, without verbs; these are in `services`."""

from regulars.outreach.models.audience import Audience, AudienceChange, AudienceMember, AudienceVersion
from regulars.outreach.models.message import Content, Message, MessageState, Policy, Recipient, Suppression
from regulars.outreach.models.sending import Happened, MessageEvent, Outgoing, PrintRun, Reply
from regulars.outreach.models.template import ChannelSetting, Template, TemplateVersion

__all__ = [
    "Audience",
    "AudienceChange",
    "AudienceMember",
    "AudienceVersion",
    "ChannelSetting",
    "Content",
    "Happened",
    "Message",
    "MessageEvent",
    "MessageState",
    "Outgoing",
    "Policy",
    "PrintRun",
    "Recipient",
    "Reply",
    "Suppression",
    "Template",
    "TemplateVersion",
]
