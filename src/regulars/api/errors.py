"""What the API itself refuses; refusals of the rooms below carry their own code and status."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from regulars.basics.errors import RegularsError


class ApiRefusal(RegularsError):
    """The API refuses; `headers` go with the answer."""

    code = "api-refused"
    status: ClassVar[int] = 422

    def __init__(self, message: str, *, headers: Mapping[str, str] | None = None, **facts: object) -> None:
        super().__init__(message, **facts)
        self.headers = dict(headers or {})


class MalformedRequest(ApiRefusal):
    """The request is no HTTP request of this API: its body is no JSON, or its address is not served here."""

    code = "malformed-request"
    status = 400


class InvalidRequest(ApiRefusal):
    """Something in the request has the wrong form; each place is pointed at."""

    code = "invalid-request"
    status = 422

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        first = f"{errors[0]['pointer'] or '/'}: {errors[0]['detail']}"
        more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
        super().__init__(f"The request has the wrong form. {first}{more}", errors=[dict(error) for error in errors])


class KeyNeeded(ApiRefusal):
    """There is no valid API key in the header Authorization."""

    code = "api-key-needed"
    status = 401


class TooManyWrongKeys(ApiRefusal):
    """Too many API keys that are not valid came from there; a valid one is served all the same."""

    code = "too-many-wrong-keys"
    status = 429


class NoSuchAddress(ApiRefusal):
    """There is nothing at this address."""

    code = "no-such-address"
    status = 404


class MethodNotServed(ApiRefusal):
    """This address does not serve this method; the header Allow says which it serves."""

    code = "method-not-served"
    status = 405


class TooLarge(ApiRefusal):
    """The body is larger than the API takes in one request; send it in parts, or as a job."""

    code = "request-too-large"
    status = 413


class TooManyRequests(ApiRefusal):
    """The key has used up its requests for now; the header Retry-After says when to go on."""

    code = "too-many-requests"
    status = 429


class IdempotencyKeyNeeded(ApiRefusal):
    """A write came without an Idempotency-Key, or with one that is not 1 to 255 printable ASCII characters."""

    code = "idempotency-key-needed"
    status = 400


class IdempotencyKeyReused(ApiRefusal):
    """The Idempotency-Key was used for another request before; nothing was done."""

    code = "idempotency-key-reused"
    status = 422


class RequestInFlight(ApiRefusal):
    """A request with this Idempotency-Key is still being worked on; ask again after Retry-After."""

    code = "request-in-flight"
    status = 409


class AnswerErased(ApiRefusal):
    """The request was done, and its answer was removed with the person it was about."""

    code = "answer-erased"
    status = 410


class WrongCursor(ApiRefusal):
    """The cursor is none that this list handed out."""

    code = "wrong-cursor"
    status = 422


class PlaceNeeded(ApiRefusal):
    """The key works at several places, and the request does not say at which."""

    code = "place-needed"
    status = 422


class JobClash(ApiRefusal):
    """The key has a job of this name already, with other rows."""

    code = "job-clash"
    status = 409


class JobUnknown(ApiRefusal):
    """The key has no job of this name."""

    code = "job-unknown"
    status = 404


class RowErased(ApiRefusal):
    """The row of a job was not done, and was removed with the person it was about."""

    code = "row-erased"
    status = 410


class VersionNeeded(ApiRefusal):
    """A change came without the header If-Match, so it might overwrite what somebody else has changed."""

    code = "version-needed"
    status = 428


class VersionStale(ApiRefusal):
    """Somebody else has changed this since it was read; read it again, then change it."""

    code = "version-stale"
    status = 412


class TryAgain(ApiRefusal):
    """Two requests stood in each other's way and nothing was done; the same request may be sent again."""

    code = "try-again"
    status = 503


class DatabaseAway(ApiRefusal):
    """The database is away for the moment; send the same request again, a write under the same Idempotency-Key."""

    code = "database-away"
    status = 503


class OurMistake(ApiRefusal):
    """Something is wrong in Regulars, not in the request; the log has it under the request_id."""

    code = "internal-error"
    status = 500
