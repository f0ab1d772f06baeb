"""Around every request: its id, who is at the other end, one line in the log, and its place in the figures."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from regulars.access.errors import NotAllowed
from regulars.basics.ids import new_id, typed
from regulars.server import health, problems
from regulars.server.metrics import REQUESTS, SECONDS

# Answered before anything else: a load balancer asks by a number, not by a name of this service.
HEALTH: Final[Mapping[str, Callable[[HttpRequest], HttpResponse]]] = {
    "/healthz": health.healthz,
    "/readyz": health.readyz,
    "/metrics": health.figures,
}
UNKNOWN: Final = "(unknown)"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
log = structlog.stdlib.get_logger("regulars.server.requests")


class Requests:
    """Middleware; the first of all, so that it sees every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def process_exception(self, request: HttpRequest, failure: Exception) -> HttpResponse | None:
        """A page that somebody may not see; whatever else goes wrong is ours."""
        return problems.not_allowed(request) if isinstance(failure, NotAllowed) else None

    def __call__(self, request: Any) -> HttpResponse:
        begun = time.perf_counter()
        if settings.BEHIND_PROXY:
            request.META["REMOTE_ADDR"] = behind_proxy(request.META)
        request.id = id_of(request)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.id)
        answer = HEALTH.get(request.path_info, self.get_response)(request)
        answer.headers.setdefault("X-Request-Id", request.id)
        seconds = time.perf_counter() - begun
        # The address as it is written in the code: what was filled in may be personal, and would make figures endless.
        route = route_of(request)
        REQUESTS.labels(route, request.method, answer.status_code).inc()
        SECONDS.labels(route).observe(seconds)
        if request.path_info not in HEALTH or answer.status_code >= 500:
            told = {"route": route, "method": request.method, "status": answer.status_code, "ms": round(seconds * 1e3)}
            log.info("request", request_id=answer.headers["X-Request-Id"], **told)
        return answer


def id_of(request: HttpRequest) -> str:
    """One that a trusted proxy gave, else a new one."""
    given = request.headers.get("X-Request-Id", "") if settings.BEHIND_PROXY else ""
    return given if _ID.fullmatch(given) else typed("req", new_id(timezone.now()))


def behind_proxy(meta: dict[str, Any]) -> str:
    """The last entry alone was written by the trusted proxy; anybody may have written those before it."""
    last = str(meta.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", 1)[-1].strip()
    return last or str(meta.get("REMOTE_ADDR", ""))


def route_of(request: HttpRequest) -> str:
    if request.path_info in HEALTH:
        return request.path_info
    match = request.resolver_match
    return f"/{match.route}" if match is not None else UNKNOWN
