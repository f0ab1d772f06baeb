"""What is said at the edge of the next page: what came of a deed, and a button that undoes it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from uuid import uuid4

from django.http import HttpRequest

_KEPT: Final = "regulars.toasts"


@dataclass(frozen=True, slots=True)
class Undo:
    """A form that takes a deed back."""

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)


def tell(request: HttpRequest, text: str, undo: Undo | None = None) -> None:
    """For the next page of this session."""
    kept = list(request.session.get(_KEPT, ()))
    kept.append({"text": text, "undo": asdict(undo) if undo else None, "key": str(uuid4())})
    request.session[_KEPT] = kept[-3:]


def take(request: HttpRequest) -> list[dict[str, Any]]:
    """What is to be said now, and is said once."""
    found: list[dict[str, Any]] = request.session.get(_KEPT, [])
    if found:
        del request.session[_KEPT]
    return found
