"""The document of a template: what it says on each channel in each language. Read strictly, faults with their place."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from regulars.basics.forms import IN_WORDS
from regulars.outreach.errors import WrongTemplate
from regulars.outreach.templates.channels import EMAIL, LANGUAGES, POST, SMS
from regulars.outreach.templates.liquid import LENGTH, Fault, faults, roots

Language = Literal["en", "zh"]
assert get_args(Language) == LANGUAGES
KEPT = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Text = Annotated[str, StringConstraints(min_length=1, max_length=LENGTH, pattern=KEPT)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Mail(_Form):
    """A mail: every one has a plain text, and a page beside it where that is given."""

    subject: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=KEPT)]
    text: Text
    html: Annotated[str, StringConstraints(max_length=LENGTH, pattern=KEPT)] = ""


class Short(_Form):
    """A text to a phone."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=KEPT)]


class Letter(_Form):
    """A letter on paper: an empty line parts paragraphs."""

    subject: Annotated[str, StringConstraints(max_length=500, pattern=KEPT)] = ""
    text: Text


class Document(_Form):
    """What is said."""

    email: Annotated[Mapping[Language, Mail], Field()] = {}
    sms: Annotated[Mapping[Language, Short], Field()] = {}
    post: Annotated[Mapping[Language, Letter], Field()] = {}

    @property
    def channels(self) -> frozenset[str]:
        return frozenset(name for name in (EMAIL, SMS, POST) if getattr(self, name))

    def said(self, channel: str, language: str) -> tuple[Language, dict[str, str]]:
        """The parts in a language, else in the first there is."""
        spoken: Mapping[Language, BaseModel] = getattr(self, channel)
        chosen = next((one for one in (language, *LANGUAGES) if one in spoken), None)
        assert chosen is not None, f"the template says nothing by {channel}"
        return chosen, spoken[chosen].model_dump()  # type: ignore[return-value,index]


def read(document: Mapping[str, Any], *, within: str = "") -> Document:
    """Raises WrongTemplate, with every fault."""
    try:
        form = Document.model_validate_json(json.dumps(document))
    except ValidationError as found:
        told = [
            {
                "pointer": within + "".join(f"/{step}" for step in one["loc"] if step != "[key]"),
                "in": "body",
                "detail": IN_WORDS.get(one["type"], one["msg"]),
                "code": one["type"],
            }
            for one in found.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise _wrong(told) from found
    if not form.channels:
        raise _wrong([_told(f"{within}/email", Fault(1, 1, "Say something by at least one channel.", "missing"))])
    if told := [_told(f"{within}/{path}", one) for path, text in texts(form) for one in faults(text)]:
        raise _wrong(told)
    return form


def texts(form: Document) -> Iterator[tuple[str, str]]:
    """Every text with its path: email/en/subject."""
    for channel in (EMAIL, SMS, POST):
        for language, parts in getattr(form, channel).items():
            for name, text in parts:
                yield f"{channel}/{language}/{name}", text


def asks(form: Document, channel: str, language: str) -> frozenset[str]:
    """The kinds of facts that it asks for there."""
    _, parts = form.said(channel, language)
    return frozenset().union(*(roots(text) for text in parts.values()))


def _told(pointer: str, fault: Fault) -> dict[str, Any]:
    where = f" (line {fault.line}, column {fault.column})"
    return {
        "pointer": pointer,
        "in": "body",
        "detail": fault.detail + where,
        "code": fault.code,
        "line": fault.line,
        "column": fault.column,
    }


def _wrong(told: list[dict[str, Any]]) -> WrongTemplate:
    first = told[0]
    return WrongTemplate(f"This template cannot be kept. {first['pointer']}: {first['detail']}", errors=told)
