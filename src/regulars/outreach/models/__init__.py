"""Tables of the room, without verbs; these are in `services`."""

from regulars.outreach.models.audience import Audience, AudienceChange, AudienceMember, AudienceVersion
from regulars.outreach.models.campaign import (
    Arm,
    Assignment,
    Campaign,
    CampaignPlan,
    CampaignResult,
    CampaignState,
    Gathered,
    PlanState,
)
from regulars.outreach.models.message import Content, Message, MessageState, Policy, Recipient, Suppression
from regulars.outreach.models.sending import Happened, MessageEvent, Outgoing, PrintRun, Reply
from regulars.outreach.models.template import ChannelSetting, Template, TemplateVersion

__all__ = [
    "Arm",
    "Assignment",
    "Audience",
    "AudienceChange",
    "AudienceMember",
    "AudienceVersion",
    "Campaign",
    "CampaignPlan",
    "CampaignResult",
    "CampaignState",
    "ChannelSetting",
    "Content",
    "Gathered",
    "Happened",
    "Message",
    "MessageEvent",
    "MessageState",
    "Outgoing",
    "PlanState",
    "Policy",
    "PrintRun",
    "Recipient",
    "Reply",
    "Suppression",
    "Template",
    "TemplateVersion",
]
