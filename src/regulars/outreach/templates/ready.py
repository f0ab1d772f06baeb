"""Templates to begin with, in English and Chinese: for what campaigns make of each member, the personal list and the
statement of points, as a mail and as a letter; and for occasions that every house has, as a text too, with a coupon
where the campaign gives one. They become the organisation's own when they are kept."""

from collections.abc import Mapping
from typing import Any, Final

from regulars.outreach.templates.documents import Document, read

_HELLO: Final = "Dear {{ member.first_name | default: 'member' }},"
_HELLO_ZH: Final = "{{ member.first_name | default: '会员' }}，您好："
_BY: Final = "{{ organisation.name }}"
# Heading, before the bars, a line, after them.
_LIST: Final = {
    "en": (
        "Your shopping list, good until {{ list.until }}",
        f"{_HELLO}\n\nthis is what you may need soon. Show the code or your card at the till: the offers come off by"
        " themselves.",
        "{{ one.name }}{% if one.off != blank %}  {{ one.off }}{% endif %}",
        f"Good until {{{{ list.until }}}}.\n\n{_BY}",
    ),
    "zh": (
        "您的购物清单，有效期至 {{ list.until }}",
        f"{_HELLO_ZH}\n\n以下是您近期可能需要的商品。结账时出示条码或会员卡，优惠自动扣减。",
        "{{ one.name }}{% if one.off != blank %}  {{ one.off }}{% endif %}",
        f"有效期至 {{{{ list.until }}}}。\n\n{_BY}",
    ),
}
_STATEMENT: Final = {
    "en": (
        "Your statement, {{ values.statement.from }} to {{ values.statement.until }}",
        f"{_HELLO}\n\nfrom {{{{ values.statement.from }}}} to {{{{ values.statement.until }}}} you earned"
        " {{ values.statement.earned }} {{ values.statement.unit }} and spent {{ values.statement.spent }};"
        " {{ values.statement.expired }} ended. You have {{ values.statement.balance }}"
        "{% if values.statement.worth != blank %}, worth {{ values.statement.worth }}{% endif %}.",
        "{{ one.name }}{% if one.until != blank %}, good until {{ one.until }}{% endif %}:",
        f"Thank you.\n\n{_BY}",
    ),
    "zh": (
        "您的积分对账单：{{ values.statement.from }} 至 {{ values.statement.until }}",
        f"{_HELLO_ZH}\n\n{{{{ values.statement.from }}}} 至 {{{{ values.statement.until }}}}，您获得"
        " {{ values.statement.earned }} {{ values.statement.unit }}，使用 {{ values.statement.spent }}，到期"
        " {{ values.statement.expired }}。现有 {{ values.statement.balance }}"
        "{% if values.statement.worth != blank %}，价值 {{ values.statement.worth }}{% endif %}。",
        "{{ one.name }}{% if one.until != blank %}，有效期至 {{ one.until }}{% endif %}：",
        f"感谢您的惠顾。\n\n{_BY}",
    ),
}
# What nobody handed over is not blank, it is nothing.
_GIVEN: Final = "{% if values.coupon and values.coupon != blank %}"
_UNTIL: Final = "{% if values.coupon_until and values.coupon_until != blank %}"
_GIFT: Final = {
    "en": f"{_GIVEN}A little something for you: {{{{ values.coupon }}}}{_UNTIL}, good until"
    " {{ values.coupon_until }}{% endif %}.{% endif %}",
    "zh": f"{_GIVEN}为您准备了一份心意：{{{{ values.coupon }}}}{_UNTIL}，有效期至"
    " {{ values.coupon_until }}{% endif %}。{% endif %}",
}
# What it is about, what it says, and the same on a phone.
_OCCASIONS: Final[Mapping[str, Mapping[str, tuple[str, str, str]]]] = {
    "greeting": {
        "en": (
            "A happy birthday from {{ organisation.name }}",
            "all of us wish you a happy birthday, and a good year after it.",
            "{{ organisation.name }} wishes you a happy birthday, {{ member.first_name | default: 'dear member' }}!",
        ),
        "zh": (
            "{{ organisation.name }}祝您生日快乐",
            "全体同仁祝您生日快乐，新的一岁万事顺遂。",
            "{{ organisation.name }}：{{ member.first_name | default: '会员' }}，祝您生日快乐！",
        ),
    },
    "welcome-back": {
        "en": (
            "We have missed you",
            "it is some time since you were here, and we would be glad to see you again.",
            "{{ organisation.name }}: we have missed you, {{ member.first_name | default: 'dear member' }}.",
        ),
        "zh": (
            "好久不见，期待您再次光临",
            "您已有一段时间没有光临，我们期待再次见到您。",
            "{{ organisation.name }}：{{ member.first_name | default: '会员' }}，好久不见，期待您再次光临。",
        ),
    },
    "thanks": {
        "en": (
            "Thank you for coming so often",
            "you are one of our regulars, and we know it. Thank you.",
            "{{ organisation.name }}: thank you for coming so often, {{ member.first_name | default: 'dear member' }}.",
        ),
        "zh": (
            "感谢您一直以来的支持",
            "您是我们的老朋友，感谢您一直以来的支持。",
            "{{ organisation.name }}：{{ member.first_name | default: '会员' }}，感谢您一直以来的支持。",
        ),
    },
}


def _list(told: tuple[str, str, str, str], *, page: bool) -> str:
    before, line, after = told[1:]
    if page:
        rows = f"<ul>{{% for one in list.lines %}}<li>{line}</li>{{% endfor %}}</ul>"
        return f"{_page(before)}{{{{ list.code | barcode }}}}<p>{{{{ list.code }}}}</p>{rows}{_page(after)}"
    lines = f"{{% for one in list.lines %}}{line}\n{{% endfor %}}"
    return f"{before}\n\n{{{{ list.code | barcode }}}}\n\n{lines}\n{after}"


def _statement(told: tuple[str, str, str, str], *, page: bool) -> str:
    before, line, after = told[1:]
    if page:
        each = f"<p>{line}</p>{{{{ one.code | barcode }}}}<p>{{{{ one.code }}}}</p>"
        return f"{_page(before)}{{% for one in values.vouchers %}}{each}{{% endfor %}}{_page(after)}"
    each = f"{line}\n\n{{{{ one.code | barcode }}}}\n\n"
    return f"{before}\n\n{{% for one in values.vouchers %}}{each}{{% endfor %}}{after}"


def _page(text: str) -> str:
    return "".join(f"<p>{part}</p>" for part in text.split("\n\n"))


_MADE: Final[Mapping[str, Any]] = {"list": (_LIST, _list), "statement": (_STATEMENT, _statement)}
CODES: Final = (*_MADE, *_OCCASIONS)


def document(code: str) -> Document:
    """Raises KeyError where there is none of that name.

    >>> sorted(document("list").channels), sorted(document("greeting").channels)
    (['email', 'post'], ['email', 'post', 'sms'])
    """
    if code in _OCCASIONS:
        return _occasion(_OCCASIONS[code])
    said, made = _MADE[code]
    whole: dict[str, Any] = {"email": {}, "post": {}}
    for language, told in said.items():
        text = made(told, page=False)
        whole["email"][language] = {"subject": told[0], "text": text, "html": made(told, page=True)}
        whole["post"][language] = {"subject": told[0], "text": text}
    return read(whole)


def _occasion(said: Mapping[str, tuple[str, str, str]]) -> Document:
    whole: dict[str, Any] = {"email": {}, "sms": {}, "post": {}}
    for language, (subject, told, short) in said.items():
        hello = _HELLO if language == "en" else _HELLO_ZH
        gift = _GIFT[language]
        before = f"{hello}\n\n{told}"
        bars = f"{_GIVEN}{{{{ values.coupon | barcode }}}}{{% endif %}}"
        text = f"{before}\n\n{gift}\n\n{bars}\n\n{_BY}"
        page = f"{_page(before)}<p>{gift}</p>{bars}{_page(_BY)}"
        whole["email"][language] = {"subject": subject, "text": text, "html": page}
        whole["sms"][language] = {"text": f"{short} {gift} {{{{ links.unsubscribe }}}}"}
        whole["post"][language] = {"subject": subject, "text": text}
    return read(whole)
