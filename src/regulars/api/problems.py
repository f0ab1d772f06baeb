"""Where refusals meet HTTP: RFC 9457 problem documents, in this one place."""

import json
import logging
from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db import Error, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError
from psycopg import errors as postgres

from regulars.api.away import WAIT, is_away
from regulars.api.errors import (
    ApiRefusal,
    DatabaseAway,
    InvalidRequest,
    MalformedRequest,
    NoSuchAddress,
    OurMistake,
    TooLarge,
    TryAgain,
)
from regulars.api.places import said_source
from regulars.basics.errors import RegularsError
from regulars.basics.forms import IN_WORDS
from regulars.basics.periods import moment_text

MEDIA_TYPE: Final = "application/problem+json"
STANDARD: Final = frozenset({"type", "title", "status", "code", "detail", "request_id"})
_CLASHES: Final = (postgres.DeadlockDetected, postgres.SerializationFailure, postgres.LockNotAvailable)
log = logging.getLogger("regulars.api")


def title_of(kind: type[RegularsError]) -> str:
    """The first sentence of what the class says about itself.

    >>> title_of(NoSuchAddress)
    'There is nothing at this address.'
    """
    lines = (kind.__doc__ or "").strip().splitlines()
    return lines[0].strip() if lines else kind.code


def status_of(kind: type[RegularsError]) -> int:
    """A refusal that says nothing else is a rule that says no."""
    return int(getattr(kind, "status", HTTPStatus.UNPROCESSABLE_ENTITY))


def problem(request: HttpRequest, refusal: RegularsError) -> HttpResponse:
    """The answer to a request that was refused."""
    kind = type(refusal)
    document = {
        "type": f"/api/v1/reference#{kind.code}",
        "title": title_of(kind),
        "status": status_of(kind),
        "code": kind.code,
        "detail": str(refusal),
        "request_id": getattr(request, "id", ""),
    }
    facts = {name: _plain(fact) for name, fact in refusal.facts.items() if name not in STANDARD}
    if isinstance(source := facts.get("source"), str):
        facts["source"] = said_source(source)
    answer = HttpResponse(
        json.dumps(document | facts, ensure_ascii=False), status=status_of(kind), content_type=MEDIA_TYPE
    )
    for name, value in refusal.headers.items() if isinstance(refusal, ApiRefusal) else ():
        answer[name] = value
    return answer


def _plain(fact: object) -> object:
    match fact:
        case None | bool() | int() | float() | str():
            return fact
        case datetime():
            return moment_text(fact)
        case date():
            return fact.isoformat()
        case Mapping():
            return {str(name): _plain(value) for name, value in fact.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(value) for value in fact]
        case UUID() | _:
            return str(fact)


def problem_of(request: HttpRequest, failure: BaseException) -> HttpResponse:
    """Whatever went wrong, as a problem document. What is no refusal is our mistake: logged, and told by its id."""
    return problem(request, _refusal(request, failure))


def _refusal(request: HttpRequest, failure: BaseException) -> RegularsError:
    match failure:
        case RegularsError():
            return failure
        case ValidationError():
            return InvalidRequest([_pointed(error) for error in failure.errors])
        case RequestDataTooBig():
            return TooLarge("The body is too large for one request.")
        case HttpError():
            return MalformedRequest("The body cannot be read as JSON.")
        case Http404():
            return NoSuchAddress("There is nothing at this address.")
        case OperationalError() if isinstance(failure.__cause__, _CLASHES):
            return TryAgain("Two requests stood in each other's way; send it again.", headers={"Retry-After": "1"})
        case Error() if is_away(failure):
            log.warning("the database is away", extra={"request_id": getattr(request, "id", "")})
            return database_away()
    log.error("a request failed", exc_info=failure, extra={"request_id": getattr(request, "id", "")})
    return OurMistake("Something is wrong in Regulars; the log has it under the request_id.")


def database_away() -> DatabaseAway:
    """A write whose answer was lost may have been done: under its Idempotency-Key it happens once all the same."""
    return DatabaseAway(
        "The database is away for the moment. Send the same request again, a write under the same Idempotency-Key.",
        headers={"Retry-After": str(WAIT)},
        retry_after=WAIT,
    )


def _pointed(error: Mapping[str, Any]) -> dict[str, str]:
    """Where and what: a JSON pointer into the body, or the part of the request by name.

    >>> _pointed({"loc": ("body", "body", "amount"), "msg": "Too small", "type": "greater_than"})
    {'pointer': '/amount', 'in': 'body', 'detail': 'Too small', 'code': 'greater_than'}
    """
    where, *path = (str(part) for part in error["loc"])
    inside = path[1:] if where == "body" else path
    pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in inside)
    kind = str(error["type"])
    detail = IN_WORDS.get(kind) or str(error["msg"]).removeprefix("Value error, ")
    return {"pointer": pointer, "in": where, "detail": detail, "code": kind}
