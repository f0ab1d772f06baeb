"""What services say until an organisation says it in its own words: in English and Chinese, by mail and by text.

An organisation's own template whose code is the service's takes its place.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from regulars.outreach.gate.words import Service
from regulars.outreach.templates.documents import Document, read

VERSION: Final = 1
_BEFORE: Final = "built-in:"

# What each service must be told besides the facts; all of it is text or whole numbers.
VALUES: Final[Mapping[Service, tuple[str, ...]]] = {
    Service.LOGIN_CODE: ("code", "minutes"),
    Service.RECEIPT: ("receipt", "amount", "earned"),
    Service.EXPIRY_NOTICE: ("amount", "unit", "on"),
    Service.LATE_BILL_NOTICE: ("lost", "until"),
    Service.APPEAL_GRANTED: ("lost",),
    Service.APPEAL_DECLINED: ("lost",),
    Service.CASE_ANSWER: ("subject", "answer"),
    Service.BALANCE: ("have", "lately"),
    Service.ADDRESS_ADDED: ("address", "days", "link"),
    Service.ADDRESS_WAITS: ("days",),
}

_HELLO: Final = "Hello{% if member.first_name != blank %} {{ member.first_name }}{% endif %},"
_HELLO_ZH: Final = "{% if member.first_name != blank %}{{ member.first_name }}，{% endif %}您好："
_SAID: Final[Mapping[Service, Mapping[str, tuple[str, str]]]] = {
    Service.LOGIN_CODE: {
        "en": (
            "{{ values.code }} is your code",
            "Your code for {{ organisation.name }} is {{ values.code }}. It is good for {{ values.minutes }} minutes."
            " Nobody of ours will ever ask you for it.",
        ),
        "zh": (
            "验证码 {{ values.code }}",
            "您在{{ organisation.name }}的验证码是 {{ values.code }}，{{ values.minutes }} 分钟内有效。"
            "我们的员工绝不会向您索要验证码。",
        ),
    },
    Service.RECEIPT: {
        "en": (
            "Your receipt {{ values.receipt }}",
            "Thank you for your purchase of {{ values.amount }} (receipt {{ values.receipt }})."
            "{% if values.earned != blank %} It earned you {{ values.earned }}.{% endif %}",
        ),
        "zh": (
            "您的小票 {{ values.receipt }}",
            "感谢您的惠顾，本次消费 {{ values.amount }}（小票 {{ values.receipt }}）。"
            "{% if values.earned != blank %}本次获得 {{ values.earned }}。{% endif %}",
        ),
    },
    Service.EXPIRY_NOTICE: {
        "en": (
            "{{ values.amount }} {{ values.unit }} end on {{ values.on }}",
            "{{ values.amount }} {{ values.unit }} of yours end on {{ values.on }}. Until then they are good for"
            " everything they always were.",
        ),
        "zh": (
            "您有 {{ values.amount }} {{ values.unit }}将于 {{ values.on }} 到期",
            "您有 {{ values.amount }} {{ values.unit }}将于 {{ values.on }} 到期，到期前可照常使用。",
        ),
    },
    Service.LATE_BILL_NOTICE: {
        "en": (
            "{{ values.lost }} were taken from your account",
            "A bill of yours came late, so {{ values.lost }} were taken from your account, as the terms say."
            " If that is wrong, ask for them back until {{ values.until }}: "
            "{% if links.pages != blank %}at {{ links.pages }}, or {% endif %}by telling us. Somebody will look at it.",
        ),
        "zh": (
            "您的账户被扣除 {{ values.lost }}",
            "您有一笔账单逾期，按照条款，您的账户被扣除 {{ values.lost }}。如有异议，请在 {{ values.until }} 之前申诉："
            "{% if links.pages != blank %}打开 {{ links.pages }}，或{% endif %}直接告诉我们，我们会有专人核实。",
        ),
    },
    Service.APPEAL_GRANTED: {
        "en": (
            "{{ values.lost }} were given back to you",
            "The {{ values.lost }} that a late bill took from your account are yours again, with the dates they had."
            "{% if links.pages != blank %} See {{ links.pages }}{% endif %}",
        ),
        "zh": (
            "{{ values.lost }}已返还给您",
            "因账单逾期从您的账户扣除的 {{ values.lost }}已返还给您，有效期与原来相同。"
            "{% if links.pages != blank %}详见 {{ links.pages }}{% endif %}",
        ),
    },
    Service.APPEAL_DECLINED: {
        "en": (
            "{{ values.lost }} stay taken",
            "You asked for the {{ values.lost }} back that a late bill took from your account. Somebody looked at it:"
            " they stay taken, as the terms say.{% if links.pages != blank %} See {{ links.pages }}{% endif %}",
        ),
        "zh": (
            "{{ values.lost }}维持扣除",
            "您就账单逾期扣除的 {{ values.lost }}提出了申诉。经专人核实，按照条款维持扣除。"
            "{% if links.pages != blank %}详见 {{ links.pages }}{% endif %}",
        ),
    },
    Service.CASE_ANSWER: {
        "en": ("{{ values.subject }}", "{{ values.answer }}"),
        "zh": ("{{ values.subject }}", "{{ values.answer }}"),
    },
    Service.BALANCE: {
        "en": (
            "What you have",
            "{{ organisation.name }}: you have {{ values.have }}.{% if values.lately != blank %} Lately:"
            " {{ values.lately }}.{% endif %}{% if links.pages != blank %} {{ links.pages }}{% endif %}",
        ),
        "zh": (
            "您的余额",
            "{{ organisation.name }}：您有 {{ values.have }}。"
            "{% if values.lately != blank %}最近：{{ values.lately }}。{% endif %}"
            "{% if links.pages != blank %}{{ links.pages }}{% endif %}",
        ),
    },
    Service.ADDRESS_ADDED: {
        "en": (
            "A new address or phone was added to your membership",
            "{{ values.address }} was added to your membership at {{ organisation.name }}. In {{ values.days }} days"
            " it opens your pages as this one does. If you do not know it, say so here: {{ values.link }}",
        ),
        "zh": (
            "您的会员账户添加了新的联系方式",
            "您在{{ organisation.name }}的会员账户添加了 {{ values.address }}，{{ values.days }} 天后可用它登录。"
            "如果不是您本人的，请在此告诉我们：{{ values.link }}",
        ),
    },
    Service.ADDRESS_WAITS: {
        "en": (
            "Not yet: this address was added lately",
            "You asked for a code to log in at {{ organisation.name }}. This address or phone was added lately and"
            " opens your pages within {{ values.days }} days. Until then log in with what you were known by before;"
            " there, under Me, you can say at once that it is yours.",
        ),
        "zh": (
            "暂时无法使用：此联系方式刚刚添加",
            "您申请了在{{ organisation.name }}登录的验证码。此联系方式刚刚添加，{{ values.days }} 天内"
            "即可用于登录。在此之前请使用您原来的联系方式登录，并可在“我”页面中立即确认它属于您。",
        ),
    },
}


def code_of(service: Service) -> str:
    """
    >>> code_of(Service.RECEIPT)
    'built-in:receipt'
    """
    return _BEFORE + service.value


def is_built_in(code: str) -> bool:
    return code.startswith(_BEFORE)


@lru_cache(16)
def document(code: str) -> Document:
    """Raises ValueError for a service that is none."""
    said = _SAID[Service(code.removeprefix(_BEFORE))]
    whole: dict[str, Any] = {"email": {}, "sms": {}}
    for language, (subject, text) in said.items():
        hello = _HELLO if language == "en" else _HELLO_ZH
        mail = f"{hello}\n\n{text}\n\n{{{{ organisation.name }}}}\n"
        whole["email"][language] = {"subject": subject, "text": mail}
        whole["sms"][language] = {"text": text}
    return read(whole)
