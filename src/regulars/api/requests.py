"""Around every request of the API: its id, and an answer in the API's own form also where no address was met."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from regulars.api.errors import MalformedRequest, MethodNotServed, NoSuchAddress, OurMistake, TooLarge
from regulars.api.problems import database_away, problem
from regulars.basics.ids import new_id, typed

PREFIX: Final = "/api/"
LARGEST: Final = 2_621_440  # bytes of a body; of a job's DATA_UPLOAD_MAX_MEMORY_SIZE
_JOBS: Final = re.compile(r"/api/v1/[a-z]+-jobs/")


class ApiRequests:
    """Middleware; the first, so that nothing answers before it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        too_large = _too_large(request)
        if not request.path_info.startswith(PREFIX):
            if too_large:
                raise RequestDataTooBig("The body is too large for one request.")
            return self.get_response(request)
        # The server's own middleware has given one where it stands before this.
        request.id = getattr(request, "id", None) or typed("req", new_id(timezone.now()))
        if too_large:
            answer = problem(request, TooLarge("The body is too large for one request."))
        else:
            answer = self.get_response(request)
        if answer.status_code >= HTTPStatus.BAD_REQUEST and answer["Content-Type"] != "application/problem+json":
            answer = self._told(request, answer)
        answer["X-Request-Id"] = request.id
        for name, value in getattr(request, "rate", {}).items():
            answer[name] = value
        if "Cache-Control" not in answer:
            answer["Cache-Control"] = "no-store"
        return answer

    def _told(self, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
        """What Django answers by itself, said as the API says it."""
        match answer.status_code:
            case HTTPStatus.METHOD_NOT_ALLOWED:
                allow = answer.headers.get("Allow", "")
                return problem(
                    request, MethodNotServed(f"This address serves {allow}.", headers={"Allow": allow}, allow=allow)
                )
            case HTTPStatus.SERVICE_UNAVAILABLE:  # between the middleware and the address
                return problem(request, database_away())
            case HTTPStatus.NOT_FOUND:
                return problem(request, NoSuchAddress("There is nothing at this address."))
            case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                return problem(request, TooLarge("The body is too large for one request."))
            case status if status < HTTPStatus.INTERNAL_SERVER_ERROR:
                return problem(request, MalformedRequest("This is no request that can be answered here."))
        return problem(request, OurMistake("Something is wrong in Regulars; the log has it under the request_id."))


def _too_large(request: HttpRequest) -> bool:
    """Only jobs take what else could be sent to fill the memory; files go to the disk as they come."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    path = request.path_info
    taken = path in settings.UPLOADS or _JOBS.match(path)
    return length.isdecimal() and int(length) > LARGEST and not taken
