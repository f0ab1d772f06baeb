"""What messages say: templates read strictly, filled within limits, and harmless whatever members call themselves."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid.exceptions import LiquidError
from tests.members.shop import ANN, AT, OURS, enrol
from tests.outreach.people_made import NOW
from tests.statements import counted

from regulars.outreach.errors import TemplateChanged, TemplateUnknown, WrongTemplate
from regulars.outreach.gate.words import Service
from regulars.outreach.links import read as read_token
from regulars.outreach.links import write as write_token
from regulars.outreach.moves import NewTemplate
from regulars.outreach.rendering import Rendered, ToRender, render, render_all
from regulars.outreach.services.templates import retire, save
from regulars.outreach.templates import ready
from regulars.outreach.templates.builtin import VALUES, code_of, document
from regulars.outreach.templates.documents import read
from regulars.outreach.templates.liquid import fill
from regulars.outreach.templates.reading_facts import clean

MAIL: dict[str, Any] = {
    "email": {
        "en": {
            "subject": "{{ member.first_name }}, {{ values.what }}",
            "text": "Dear {{ member.first_name }},\n{{ values.what }} at {{ organisation.name }}",
            "html": '<p style="color: red">Dear {{ member.first_name }}</p><a href="{{ values.link }}">go</a>',
        },
        "zh": {"subject": "{{ member.name }}您好", "text": "{{ values.what }}"},
    }
}


def kept(code: str = "spring", said: dict[str, Any] | None = None, **more: Any) -> int:
    return save(NewTemplate(OURS, code, "Spring", said or MAIL, **more), actor=ANN, at=AT).version


def written(member: UUID, **values: Any) -> Rendered:
    return render(
        "spring", 0, member, {"what": "Tulips", "link": "https://x.example/", **values}, organisation=OURS, at=NOW
    )


@pytest.mark.parametrize(
    ("said", "pointer", "line", "column", "code"),
    [
        ({"email": {"en": {"subject": "Hi", "text": "a\nb {% if tier.name %}"}}}, "/email/en/text", 2, 3, "liquid"),
        ({"email": {"en": {"subject": "Hi", "text": "a\n {{ member.phone }}"}}}, "/email/en/text", 2, 5, "no-fact"),
        ({"sms": {"zh": {"text": "{{ settings.SECRET_KEY }}"}}}, "/sms/zh/text", 1, 4, "no-fact"),
        ({"sms": {"en": {"text": "{% include 'a' %}"}}}, "/sms/en/text", 1, 4, "liquid"),
        ({"sms": {"en": {"text": "{{ values.a | base64_decode }}"}}}, "/sms/en/text", 1, 15, "no-filter"),
        ({"sms": {"de": {"text": "Hallo"}}}, "/sms/de", None, None, "literal_error"),
        ({"sms": {"en": {"text": "a\x00"}}}, "/sms/en/text", None, None, "string_pattern_mismatch"),
        ({"email": {"en": {"subject": "Hi"}}}, "/email/en/text", None, None, "missing"),
        ({}, "/email", 1, 1, "missing"),
    ],
)
def test_faults_are_told_with_their_place(
    said: dict[str, Any], pointer: str, line: int | None, column: int | None, code: str
) -> None:
    with pytest.raises(WrongTemplate) as refused:
        read(said)
    errors: Any = refused.value.facts["errors"]
    assert [(one["pointer"], one.get("line"), one.get("column"), one["code"]) for one in errors] == [
        (pointer, line, column, code)
    ]


@pytest.mark.parametrize(
    "dear",
    [
        "{% for a in (1..2000) %}x{% endfor %}",
        "{% for a in (1..100) %}{% for b in (1..100) %}x{% endfor %}{% endfor %}",
        "{% assign x = 'aaaaaaaaaa' %}{% for a in (1..40) %}{% assign x = x | append: x %}{% endfor %}{{ x }}",
        "{% assign x = 99 %}{% for a in (1..60) %}{% assign x = x | times: x %}{% endfor %}{{ x }}",
        "{% for a in (1..900) %}{{ values.long }}{% endfor %}",
    ],
)
def test_a_template_that_costs_too_much_ends(dear: str) -> None:
    with pytest.raises(LiquidError):
        fill(dear, {"values": {"long": "x" * 1000}})


def test_a_template_is_kept_in_versions(db: None) -> None:
    assert (kept(), kept()) == (1, 1)
    other = {"sms": {"en": {"text": "Hello"}}}
    assert kept(said=other, version=1) == 2
    with pytest.raises(TemplateChanged):
        kept(said=MAIL, version=1)
    member = enrol(facts={"given_name": "Ann"})
    assert written_by(member, 1).subject == "Ann, Tulips"
    with pytest.raises(TemplateUnknown):
        written_by(member, 3)
    retire(OURS, "spring", actor=ANN, at=AT)
    assert written_by(member, 1).subject == "Ann, Tulips", "what was asked before still says it"
    with pytest.raises(TemplateUnknown):
        written_by(member, 0)


def written_by(member: UUID, version: int) -> Rendered:
    return render("spring", version, member, {"what": "Tulips", "link": ""}, organisation=OURS, at=NOW)


def test_the_member_s_language_is_spoken_and_a_link_to_say_no_is_there(world: Any) -> None:
    kept()
    ann = enrol(facts={"given_name": "Ann", "language": "fr"})
    wang = enrol(facts={"full_name": "王小明", "language": "zh-CN"})
    english, chinese = written(ann), written(wang)
    assert english.subject == "Ann, Tulips"
    assert chinese.subject == "王小明您好"
    assert (english.language, chinese.language) == ("en", "zh")
    for one in (english, chinese):
        assert one.unsubscribe
        assert one.unsubscribe in one.text
    assert english.unsubscribe in english.html
    assert written(wang, language="en").language == "en"


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "Ann\r\nBcc: bob@x.example",
        "{{ organisation.name }}",
        "Ann\u202egnp.exe",
        '"><img src=x onerror=alert(1)>',
        "Win at evil.example",
        "=cmd|' /C calc'!A0",
    ],
)
def test_hostile_names_are_names_and_nothing_else(db: None, name: str) -> None:
    kept()
    what = {"a\x00b": "c\x00", "\ud800": "\udfff"}
    said = written(enrol(facts={"given_name": name[:100]}), what=what, link="javascript:alert(1)")
    assert (said.text + said.html).encode()  # a half of a pair can be written into no mail
    assert not set("\r\n\x00\u202e") & set(said.subject)
    assert "evil" not in said.text + said.subject
    for bad in ("<script", "<img", "javascript:", "onerror", "\u202e", "\x00"):
        assert bad not in said.html
    assert 'style="color:red"' in said.html.replace(": ", ":").replace(";", "")


@given(st.text())
def test_what_is_cleaned_stays_on_one_line(text: str) -> None:
    assert not set("\r\n\x00\x1b\u2028\u202e") & set(clean(text))
    assert clean(clean(text)) == clean(text)


@given(st.uuids(), st.binary(min_size=1, max_size=32))
def test_a_link_leads_to_its_message_alone(message: UUID, secret: bytes) -> None:
    token = write_token(message, secret)
    assert read_token(token, secret) == message
    assert message.hex[:8] not in token
    changed = ("B" if token[0] != "B" else "C") + token[1:]
    assert read_token(changed, secret) is None
    assert read_token(token, secret + b"x") is None


@pytest.mark.parametrize("service", list(Service))
def test_services_say_what_they_must_in_both_languages(db: None, service: Service) -> None:
    said = document(code_of(service))
    assert said.channels == {"email", "sms"}
    values = {name: f"<{name}>" for name in VALUES[service]}
    for language in ("en", "zh"):
        for channel in ("email", "sms"):
            asked = ToRender(
                UUID(int=3), enrol(), code_of(service), 1, channel, {**values, "language": language}, False
            )
            (one,) = render_all([asked], organisation=OURS, at=NOW)
            said_all = all(value in one.subject + one.text for value in values.values())
            assert said_all or (channel == "sms" and list(values.values())[-1] in one.text)
            assert one.language == language
            assert "unsubscribe" not in one.text


@pytest.mark.parametrize("code", ["greeting", "welcome-back", "thanks"])
def test_s23_what_is_ready_greets_with_a_coupon_where_there_is_one(db: None, code: str) -> None:
    member = enrol(facts={"given_name": "Ada"})
    said = ready.document(code).model_dump(mode="json", exclude_defaults=True)
    kept(code, said)

    def read_as(channel: str, **values: Any) -> Rendered:
        return render(code, 0, member, values, organisation=OURS, at=NOW, channel=channel)

    for channel in ("email", "sms", "post"):
        plain, gift = read_as(channel), read_as(channel, coupon="ABCD-2345", coupon_until="2026-06-30")
        assert not plain.problem
        assert "Ada" in plain.text
        assert "something for you" not in plain.text
        assert "A little something for you: ABCD-2345, good until 2026-06-30." in gift.text
        chinese = read_as(channel, language="zh", coupon="ABCD-2345")
        assert "为您准备了一份心意：ABCD-2345。" in chinese.text


def test_many_cost_no_more_statements_than_one(db: None) -> None:
    kept(said={"email": {"en": {"subject": "{{ tier.name }}", "text": "{{ member.name }} {{ balances.points }}"}}})
    asked = [ToRender(UUID(int=n), enrol(facts={"given_name": "A"}), "spring", 0, "email") for n in range(20)]
    render_all(asked[:1], organisation=OURS, at=NOW)
    with counted() as one:
        render_all(asked[:1], organisation=OURS, at=NOW)
    with counted() as many:
        render_all(asked, organisation=OURS, at=NOW)
    assert len(many) <= len(one)
