"""Reach: campaigns, templates, messages, and how members are reached."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import campaigns, messages, previews, templates

_CAMPAIGN: Final = "reach/campaigns/code/<str:campaign>"
_READ: Final = (Right.AUDIENCES_READ, Reach.HOME)
_SEND: Final = (Right.OUTREACH_SEND, Reach.HOME)
_WHOLE: Final = (Right.OUTREACH_SEND, Reach.WHOLE)
_TEMPLATE: Final = "reach/templates/code/<str:template>"
_MESSAGE: Final = "reach/messages/<id_msg:message>"
_APPROVE: Final = (Right.OUTREACH_APPROVE, Reach.HOME)
_DECIDE: Final = (Right.OUTREACH_APPROVE, Reach.WHOLE)

REACH: Final[tuple[Page, ...]] = (
    Page(
        "campaigns",
        "reach/campaigns",
        campaigns.listing,
        *_READ,
        _("Campaigns"),
        Head.REACH,
        table=True,
        columns=(("state", _("State")), ("brought", _("What it brought"))),
    ),
    Page("campaign-new", "reach/campaigns/new", campaigns.new, *_SEND, writes=True),
    Page("campaign", _CAMPAIGN, campaigns.show, *_READ, table=True),
    Page("campaign-edit", f"{_CAMPAIGN}/edit", campaigns.edit, *_SEND, writes=True),
    Page("campaign-members", f"{_CAMPAIGN}/members", campaigns.members, Right.MEMBERS_READ, Reach.HOME, table=True),
    Page("campaign-try", f"{_CAMPAIGN}/try", campaigns.try_out, *_SEND, posted=True, writes=True),
    Page("campaign-ask", f"{_CAMPAIGN}/ask", campaigns.ask, *_SEND, posted=True, writes=True),
    Page("campaign-approve", f"{_CAMPAIGN}/approve", campaigns.approve, *_APPROVE, posted=True, writes=True),
    Page("campaign-back", f"{_CAMPAIGN}/send-back", campaigns.send_back, *_READ, posted=True, writes=True),
    Page("campaign-launch", f"{_CAMPAIGN}/launch", campaigns.launch, *_SEND, posted=True, writes=True),
    Page("campaign-stop", f"{_CAMPAIGN}/stop", campaigns.stop, *_SEND, posted=True, writes=True),
    Page("campaign-end", f"{_CAMPAIGN}/end", campaigns.end, *_SEND, posted=True, writes=True),
    Page("templates", "reach/templates", templates.listing, *_WHOLE, _("Templates"), Head.REACH, table=True),
    Page("template-new", "reach/templates/new", templates.new, *_WHOLE, writes=True),
    Page("template", _TEMPLATE, templates.show, *_WHOLE, writes=True),
    Page("template-draft", "reach/templates/draft", previews.draft, *_WHOLE, asks=True),
    Page("template-retire", f"{_TEMPLATE}/retire", templates.retire, *_WHOLE, posted=True, writes=True),
    Page("template-preview", f"{_TEMPLATE}/as/<id_mbr:member>", previews.preview, *_WHOLE),
    Page(
        "messages",
        "reach/messages",
        messages.log,
        *_WHOLE,
        _("Messages"),
        Head.REACH,
        table=True,
        columns=(("who", _("To whom")), ("what", _("What")), ("became", _("What became of it"))),
    ),
    Page("message", _MESSAGE, messages.show, *_WHOLE),
    Page("message-lift", f"{_MESSAGE}/lift", messages.lift, *_DECIDE, posted=True, writes=True),
    Page("blocked", "reach/blocked", messages.blocked, *_WHOLE, _("Blocked addresses"), Head.REACH, table=True),
    Page("policy", "reach/policy", messages.policy, *_WHOLE, _("How and when"), Head.REACH, writes=True),
    Page("senders", "reach/policy/senders", messages.senders, *_DECIDE, posted=True, writes=True),
)
