"""What webhooks refuse."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class WebhookRefusal(RegularsError):
    """Webhooks refuse."""

    code = "webhooks-refused"
    status: ClassVar[int] = 422


class WrongAddress(WebhookRefusal):
    """The address is none that webhooks may go to."""

    code = "wrong-address"
    status = 422


class UnknownEventType(WebhookRefusal):
    """There is no such type of event, so nothing would ever be heard of it."""

    code = "unknown-event-type"
    status = 422


class WebhookUnknown(WebhookRefusal):
    """There is no such webhook, or none that this key may see."""

    code = "webhook-unknown"
    status = 404


class DeliveryUnknown(WebhookRefusal):
    """This webhook has no such delivery, or it is past the time for which the log is kept."""

    code = "delivery-unknown"
    status = 404


class WebhookOff(WebhookRefusal):
    """The webhook is switched off; switch it on, then send."""

    code = "webhook-off"
    status = 409


class TooManyWebhooks(WebhookRefusal):
    """The organisation has as many webhooks as it may; delete one that is not needed."""

    code = "too-many-webhooks"
    status = 409
