"""What can go wrong with a request, as exceptions. Both kinds name the Idempotency-Key, to send the same deed again."""

from collections.abc import Mapping
from typing import Any


class RequestFailed(Exception):
    """What all of these have in common."""

    def __init__(self, message: str, *, idempotency_key: str | None) -> None:
        super().__init__(message)
        self.idempotency_key = idempotency_key


class Refused(RequestFailed):
    """The server refused; nothing was done. Programs read the `code`, which is stable, and the `facts`."""

    def __init__(self, status: int, problem: Mapping[str, Any], *, idempotency_key: str | None) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", ""))
        self.request_id = str(problem.get("request_id", ""))
        standard = {"type", "title", "status", "code", "detail", "request_id"}
        self.facts = {name: fact for name, fact in problem.items() if name not in standard}
        super().__init__(f"{status} {self.code}: {self.detail}", idempotency_key=idempotency_key)


class Unreachable(RequestFailed):
    """There was no answer, however often it was tried. A write may have been done or not: send it again under the same
    Idempotency-Key, and it is done once."""
