"""The two ways an address is served: `read` and `write`. What all addresses have in common is here and nowhere else."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from regulars.access.rights import Right
from regulars.api.errors import InvalidRequest
from regulars.api.idempotency import HEADER, LONGEST, REPLAYED, Said, asked, earlier, keep
from regulars.api.keys import KeyWith, Request
from regulars.basics.errors import RegularsError
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.journal.transactions import whole

DRY_RUN: Final = "dry_run"
Served = Callable[..., "Schema | Reply"]
Answering = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with more to it than a body."""

    body: Schema
    status: int | None = None  # the one the address declares
    headers: Mapping[str, str] = field(default_factory=dict)
    about: UUID | None = None  # the member it tells about: their erasure removes the kept answer


def read(
    router: Router, path: str, *, right: Right | None, answer: Any, method: str = "GET", clash: str = ""
) -> Callable[[Served], Answering]:
    """Serves what only looks. `method` is POST where what is looked for must not stand in an address.

    `clash` says in words when the answer is 409.
    """

    def serve(view: Served) -> Answering:
        known = _queries(view, path)

        @wraps(view)
        def answering(request: Request, **values: Any) -> HttpResponse:
            _refuse_unknown(request, known)
            return _sent(_said(view(request, **values), HTTPStatus.OK))

        extra = {"x-clash": clash} if clash else None
        auth = KeyWith(right)
        _register(router, path, answering, method=method, auth=auth, answer=answer, status=200, extra=extra)
        return answering

    return serve


def write(
    router: Router,
    method: str,
    path: str,
    *,
    right: Right | None,
    other: Right | None = None,
    answer: Any,
    status: int = 200,
    versioned: bool = False,
    on_refusal: Callable[[RegularsError], Deed | None] | None = None,
) -> Callable[[Served], Answering]:
    """Serves what changes something: once for each Idempotency-Key, or with ?dry_run=true in full and then undone.

    `on_refusal` names what is written down of a refusal, whose own transaction leaves nothing: a forged card.
    `versioned`: it asks for If-Match. `other`: a right that suffices as well.
    """

    def serve(view: Served) -> Answering:
        known = _queries(view, path) | {DRY_RUN}

        @wraps(view)
        def answering(request: Request, **values: Any) -> HttpResponse:
            _refuse_unknown(request, known)
            do = _tried if _dry(request) else _done
            try:
                return do(request, lambda: _said(view(request, **values), status))
            except RegularsError as refusal:
                if on_refusal is not None and (deed := on_refusal(refusal)) is not None:
                    record([deed], actor=request.call.actor, at=request.call.at)
                raise

        extra: dict[str, Any] = {
            "parameters": [_KEY_PARAMETER, _DRY_PARAMETER, *([_MATCH_PARAMETER] if versioned else [])]
        }
        extra |= {"x-other-right": other} if other else {}
        auth = KeyWith(right, other)
        _register(router, path, answering, method=method, auth=auth, answer=answer, status=status, extra=extra)
        return answering

    return serve


def _done(request: Request, deed: Callable[[], Said]) -> HttpResponse:
    """The deed and its answer, in one transaction; or the answer given before."""
    call = request.call
    ask = asked(request, key=call.key)
    with whole():
        said = earlier(ask)
        if said is None:
            said = deed()
            keep(said, ask, at=call.at)
        elif said.about is not None:
            record([Deed("api.replay", typed("mbr", said.about))], actor=call.actor, at=call.at)
    return _sent(said)


def _tried(request: Request, deed: Callable[[], Said]) -> HttpResponse:
    """The same way, undone at its end. That somebody looked, by way of trying, stays written."""
    call = request.call
    asked(request, key=call.key)
    with whole():
        said = deed()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what a commit would have refused
        transaction.set_rollback(True)
    about = "" if said.about is None else typed("mbr", said.about)
    tried = Deed("api.dry_run", about, after={"method": request.method, "path": request.path})
    with transaction.atomic():
        record([tried], actor=call.actor, at=call.at)
    return _sent(said)


def _said(result: Schema | Reply, status: int) -> Said:
    reply = result if isinstance(result, Reply) else Reply(result)
    body = reply.body.model_dump_json(by_alias=True).encode()
    return Said(int(reply.status or status), body, dict(reply.headers), reply.about)


def _sent(said: Said) -> HttpResponse:
    answer = HttpResponse(said.body, status=said.status, content_type="application/json")
    for name, value in said.headers.items():
        answer[name] = value
    if said.replayed:
        answer[REPLAYED] = "true"
    return answer


def _dry(request: HttpRequest) -> bool:
    text = request.GET.get(DRY_RUN, "false")
    if text not in ("true", "false"):
        raise _wrong_query(DRY_RUN, "Either true or false.")
    return text == "true"


def _queries(view: Served, path: str) -> frozenset[str]:
    """The names an address takes after its question mark."""
    plain = {
        name
        for name, parameter in inspect.signature(view).parameters.items()
        if not (inspect.isclass(parameter.annotation) and issubclass(parameter.annotation, Schema | HttpRequest))
    }
    return frozenset(name for name in plain - {"request"} if f"{{{name}}}" not in path)


def _refuse_unknown(request: HttpRequest, known: frozenset[str]) -> None:
    """A misspelt dry_run must not become the deed itself."""
    for name in request.GET:
        if name not in known:
            raise _wrong_query(name, "This address knows no such parameter.")
        if len(request.GET.getlist(name)) > 1:
            raise _wrong_query(name, "This parameter is said once.")


def _wrong_query(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest([{"pointer": f"/{name}", "in": "query", "detail": detail, "code": "query"}])


def _register(
    router: Router,
    path: str,
    view: Answering,
    *,
    method: str,
    auth: KeyWith,
    answer: Any,
    status: int,
    extra: dict[str, Any] | None = None,
) -> None:
    router.add_api_operation(
        path,
        [method],
        view,
        auth=auth,
        response={status: answer},
        operation_id=view.__name__,
        summary=view.__name__.replace("_", " ").capitalize(),
        openapi_extra={"x-right": auth.right or "", **(extra or {})},
    )


_KEY_PARAMETER: Final = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "description": "New for each deed, the same when a deed is sent again. Kept at least 90 days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "example": "till-4-000123",
}
_MATCH_PARAMETER: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of what was read, or * to overwrite knowingly.",
    "schema": {"type": "string", "pattern": '^(\\*|"[0-9A-Za-z._-]{1,80}")$'},
    "example": "*",
}
_DRY_PARAMETER: Final = {
    "name": DRY_RUN,
    "in": "query",
    "required": False,
    "description": "true: do all of it, answer the same, keep nothing.",
    "schema": {"type": "boolean", "default": False},
}
