"""The OpenAPI document: what django-ninja knows, and what all addresses have in common."""

from functools import cached_property
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from regulars.api.problems import MEDIA_TYPE, problem_of

REFUSALS: Final = {
    "400": "The request cannot be read, or a write came without an Idempotency-Key.",
    "401": "There is no valid API key.",
    "403": "The key may not do this, or not here.",
    "404": "There is no such thing, or none that this key may see.",
    "422": "A field has the wrong form (`invalid-request`), or a rule says no.",
    "429": "Too many requests; see Retry-After.",
    "500": "A mistake in Regulars, found in its log by the request_id.",
    "503": "Nothing was done; send it again after Retry-After.",
}
REFUSALS_OF_WRITES: Final = {
    "409": "It clashes with what is there, or the same key is being worked on (`request-in-flight`, with Retry-After).",
    "410": "It was done, and its answer was removed with the person it was about.",
    "412": "Somebody else has changed it since it was read.",
    "413": "The body is too large.",
    "423": "The member is frozen.",
    "428": "The header If-Match is missing.",
}
PROBLEM: Final = {
    "title": "Problem",
    "description": "RFC 9457. Other members are the facts of the refusal, as numbers and ids: required, available …",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "Where the code is explained."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; for programs."},
        "detail": {"type": "string", "description": "For people; may change."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "in", "detail", "code"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer."},
                    "in": {"type": "string", "enum": ["body", "query", "path", "header"]},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
    "additionalProperties": True,
    "examples": [
        {
            "type": "/api/v1/reference#invalid-request",
            "title": "Something in the request has the wrong form; each place is pointed at.",
            "status": 422,
            "code": "invalid-request",
            "detail": "The request has the wrong form. /amount: Input should be a valid integer",
            "request_id": "req_01kdvdna00e008000000000001",
            "errors": [{"pointer": "/amount", "in": "body", "detail": "Too small", "code": "greater_than_equal"}],
        }
    ],
}
ABOUT: Final = """\
Every request carries `Authorization: Bearer` and an API key. Every write carries an `Idempotency-Key`, new for each
deed and the same when it is sent again: the first answer is then given again with `Idempotency-Replayed: true`.
`?dry_run=true` does a write in full, answers the same and keeps nothing. Lists go on with `cursor` = `next` of the page
before. Moments are RFC 3339, in UTC on the way out. Amounts are whole numbers of a unit's smallest part.
"""


class RegularsApi(NinjaAPI):
    """The API with its own words for what goes wrong, and for what its document says."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        return problem_of(request, exc)

    @cached_property
    def document(self) -> dict[str, Any]:
        return completed(super().get_openapi_schema())

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        return self.document  # type: ignore[return-value]


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """With the refusals, the headers and the rights."""
    document["components"]["schemas"]["Problem"] = PROBLEM
    for methods in document["paths"].values():
        for operation in methods.values():
            _complete(operation)
    return document


def _complete(operation: dict[str, Any]) -> None:
    right, other = operation["x-right"], operation.get("x-other-right")
    words = operation.get("description", "").strip()
    either = f", or `{other}`" if other else ""
    operation["description"] = f"{words}\n\nNeeds the right `{right}`{either}." if right else words
    writes = any(p["name"] == "Idempotency-Key" for p in operation["parameters"])
    for answer in operation["responses"].values():
        answer["headers"] = {
            "X-Request-Id": _header("string"),
            **_RATE,
            **({"Idempotency-Replayed": _header("string")} if writes else {}),
        }
    operation["responses"] = {str(status): answer for status, answer in operation["responses"].items()}
    clash = {"409": operation.pop("x-clash")} if "x-clash" in operation else {}
    for status, why in {**REFUSALS, **(REFUSALS_OF_WRITES if writes else clash)}.items():
        operation["responses"][status] = {
            "description": why,
            "headers": {"X-Request-Id": _header("string"), **({} if status == "401" else _RATE)}
            | ({"Retry-After": _header("integer")} if status in ("409", "429", "503") else {}),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _header(kind: str, about: str = "") -> dict[str, Any]:
    return {"schema": {"type": kind}, "required": False, **({"description": about} if about else {})}


_RATE: Final = {
    "RateLimit-Policy": _header("string", 'How much the key may ask for: `"key";q=6000;w=60`, requests and seconds.'),
    "RateLimit": _header("string", '`"key";r=5399;t=7`: requests left, and seconds until all are there again.'),
}
