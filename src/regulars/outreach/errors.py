"""What this room refuses. 409: something is in the way now; 422: a rule says no; 404: unknown."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class OutreachError(RegularsError):
    """A refusal of this room."""

    code = "outreach-refused"
    status: ClassVar[int] = 422


class WrongAudience(OutreachError):
    """The document of an audience cannot be read: each fault with its place."""

    code = "wrong-audience"


class AudienceUnknown(OutreachError):
    """No audience has this code here."""

    code = "audience-unknown"
    status = 404


class AudienceChanged(OutreachError):
    """Somebody else made a newer version of the audience meanwhile."""

    code = "audience-changed"
    status = 409


class WrongPolicy(OutreachError):
    """How members are reached cannot be kept so."""

    code = "wrong-policy"


class MessageUnknown(OutreachError):
    """No message has this id here."""

    code = "message-unknown"
    status = 404


class MessageChanged(OutreachError):
    """The key was asked before, for another message."""

    code = "message-changed"
    status = 409


class WrongMessage(OutreachError):
    """A message that cannot be: of no known member, or a service that would carry a campaign."""

    code = "wrong-message"


class WrongTemplate(OutreachError):
    """A template that cannot be kept: each fault with its place, line and column."""

    code = "wrong-template"


class TemplateUnknown(OutreachError):
    """No template has this code here, or no such version."""

    code = "template-unknown"
    status = 404


class TemplateChanged(OutreachError):
    """Somebody else made a newer version of the template meanwhile."""

    code = "template-changed"
    status = 409


class WrongCampaignDocument(OutreachError):
    """The document of a campaign cannot be read: each fault with its place."""

    code = "wrong-campaign-document"


class CampaignUnknown(OutreachError):
    """No campaign has this code here."""

    code = "campaign-unknown"
    status = 404


class CampaignChanged(OutreachError):
    """Somebody else made a newer version of the campaign meanwhile, or its code is taken elsewhere."""

    code = "campaign-changed"
    status = 409


class CampaignElsewhere(OutreachError):
    """The campaign is not where this deed begins: it runs already, was not asked for, is over."""

    code = "campaign-elsewhere"
    status = 409


class PlanNeeded(OutreachError):
    """There is no dry run of the campaign as it stands now."""

    code = "campaign-plan-needed"
    status = 409


class OverBudget(OutreachError):
    """The campaign would cost more than its budget."""

    code = "campaign-over-budget"


class WrongChannel(OutreachError):
    """As whom an organisation writes cannot be kept so."""

    code = "wrong-channel"
