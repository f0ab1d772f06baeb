"""The reference page: the OpenAPI document as one plain page, without a script and without anything from elsewhere."""

import json
import re
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from regulars.api.problems import status_of, title_of
from regulars.basics.errors import RegularsError, descendants


def prose(text: str) -> SafeString:
    """Paragraphs, and what stands between backticks as code; whatever else there is stays as it was written.

    >>> prose("Send `next`\\nagain.\\n\\na < b")
    '<p>Send <code>next</code> again.</p><p>a &lt; b</p>'
    """
    return mark_safe("".join(f"<p>{words(part)}</p>" for part in text.split("\n\n") if part.strip()))


def words(text: str) -> SafeString:
    """As `prose`, without paragraphs."""
    return mark_safe(re.sub("`([^`]+)`", r"<code>\1</code>", escape(" ".join(text.split()))))


def refusals() -> list[dict[str, Any]]:
    """Every refusal that this process knows, by its code."""
    kinds = {kind.code: kind for kind in descendants(RegularsError) if kind.__module__.startswith("regulars.")}
    return [{"code": c, "status": status_of(kinds[c]), "title": words(title_of(kinds[c]))} for c in sorted(kinds)]


def parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations by what they are about, in the order of the document."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["Other"])[0]
            found.setdefault(tag, []).append(_shown(document, path, method, operation))
    return [{"name": name, "operations": operations} for name, operations in found.items()]


def _shown(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = [(s, a) for s, a in operation["responses"].items() if s < "3"]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "about": prose(operation["description"]),
        "parameters": [{**one, "about": words(one.get("description", ""))} for one in operation["parameters"]],
        "body": _fields(document, body) if body else None,
        "example": _example(document, body),
        "answers": [
            {"status": status, "fields": _fields(document, answer["content"]["application/json"]["schema"])}
            for status, answer in answers
        ],
        "refusals": [s for s in operation["responses"] if s >= "4"],
    }


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return document["components"]["schemas"][name] if name else schema


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    found = _resolved(document, schema)
    needed = found.get("required", [])
    return [
        {
            "name": name,
            "kind": leading(document, kind_of(document, field)),
            "needed": name in needed,
            "about": words(field.get("description", "")),
        }
        for name, field in found.get("properties", {}).items()
    ]


def kind_of(document: dict[str, Any], field: dict[str, Any]) -> str:
    """A field's kind in a few words.

    >>> kind_of({}, {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]})
    'string (date-time) or null'
    """
    if options := field.get("anyOf") or field.get("oneOf"):
        return " or ".join(kind_of(document, option) for option in options)
    if "$ref" in field:
        return str(field["$ref"].rsplit("/", 1)[-1])
    if "enum" in field:
        return ", ".join(map(str, field["enum"]))
    if "const" in field:
        return str(field["const"])
    if field.get("type") == "array":
        return f"list of {kind_of(document, field.get('items', {}))}"
    kind = str(field.get("type", "anything"))
    return f"{kind} ({field['format']})" if "format" in field else kind


def leading(document: dict[str, Any], kind: str) -> SafeString:
    """A kind whose own table is on the page leads to it.

    >>> leading({"components": {"schemas": {"LineAsked": {}}}}, "list of LineAsked or null")
    'list of <a href="#value-LineAsked">LineAsked</a> or null'
    """
    known = document["components"]["schemas"]
    parts = (f'<a href="#value-{word}">{word}</a>' if word in known else escape(word) for word in kind.split(" "))
    return mark_safe(" ".join(parts))


def _example(document: dict[str, Any], schema: dict[str, Any] | None) -> str:
    shown = _resolved(document, schema or {}).get("examples")
    return json.dumps(shown[0], indent=2, ensure_ascii=False) if shown else ""


@cache
def _page(draw: Any) -> str:
    document = draw()
    schemas = [
        {"name": name, "about": prose(schema.get("description", "")), "fields": _fields(document, schema)}
        for name, schema in sorted(document["components"]["schemas"].items())
    ]
    known = {
        "about": prose(document["info"]["description"]),
        "parts": parts(document),
        "refusals": refusals(),
        "schemas": schemas,
    }
    return render_to_string("api/reference.html", known)


def reference(request: HttpRequest, *, draw: Any) -> HttpResponse:
    """The page; made once a process."""
    answer = HttpResponse(_page(draw))
    answer["Cache-Control"] = "public, max-age=300"
    return answer
