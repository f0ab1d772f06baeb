"""What people decide about scores, as documents in versions: where classes begin, what each class and stage is to get,
how far each reason of decline is in one's own hands. Pure, but for `present` and `versions`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from regulars.scorebook.errors import ScoresDocumentWrong
from regulars.scorebook.models import Document

CLASSES: Final = ("prospect", "ordinary", "important", "vip")
STAGES: Final = ("acquaintance", "development", "stability", "decline", "lost")
# Reasons that say more of somebody in decline than that they come less often, and those that say that alone, with how
# far each is in one's own hands as long as nobody decided otherwise, in percent.
CAUSES: Final[Mapping[str, int]] = {
    "returns": 80, "discounts": 70, "margin": 60, "breadth": 60, "favourite": 50, "habit": 20, "person": 10,
}  # fmt: skip
REASONS: Final[Mapping[str, int]] = {"complaint": 90, **CAUSES, "slowing": 40, "silent": 30}
CONTROLLED: Final = 50  # percent from which a reason counts as in one's own hands
_MOST: Final = 200  # letters of what is written
_ABOUT: Final = ("offer", "channel", "owner")

Plain = dict[str, Any]
BASIC: Final[Mapping[str, Plain]] = {
    "classes": {"basis": "share", "important": 20.0, "vip": 2.5},
    "treatments": {},
    "stages": {},
    "reasons": dict(REASONS),
}


def class_rule(document: Mapping[str, Any]) -> Plain:
    """The arguments of the library's rule.

    >>> class_rule({"basis": "share", "important": 20.0, "vip": 2.5})
    {'important_top': 0.2, 'vip_top': 0.025}
    """
    if document["basis"] == "amount":
        return {"cut_offs_minor": (document["important"], document["vip"])}
    return {"important_top": document["important"] / 100, "vip_top": document["vip"] / 100}


def present(organisation: UUID, kind: str) -> tuple[int, Plain]:
    """The newest version and what it says; 0 and the usual where nobody decided. One query."""
    row = Document.objects.filter(organisation=organisation, kind=kind).order_by("-version").first()
    return (0, dict(BASIC[kind])) if row is None else (row.version, row.document)


def versions(organisation: UUID, kind: str, *, limit: int = 20) -> list[Document]:
    """Newest first. One query."""
    return list(Document.objects.filter(organisation=organisation, kind=kind).order_by("-version")[:limit])


def checked(kind: str, document: Mapping[str, Any]) -> Plain:
    """The document, whole and nothing but. Raises ScoresDocumentWrong."""
    return _CHECKS[kind](document)


def _classes(given: Mapping[str, Any]) -> Plain:
    basis, important, vip = given.get("basis"), given.get("important"), given.get("vip")
    if basis == "amount" and isinstance(important, int) and isinstance(vip, int):
        if not 0 < important < vip:
            raise ScoresDocumentWrong("Amounts rise: a VIP spends more than an important member, who spends something.")
        return {"basis": basis, "important": important, "vip": vip}
    if basis == "share" and isinstance(important, int | float) and isinstance(vip, int | float):
        if not 0 < vip < important < 100:
            raise ScoresDocumentWrong("Shares in percent: VIPs fewer than the important, both between 0 and 100.")
        return {"basis": basis, "important": float(important), "vip": float(vip)}
    raise ScoresDocumentWrong("Classes begin at two shares of the members or at two amounts.")


def _treatments(given: Mapping[str, Any]) -> Plain:
    return {
        name: {about: _text(given[name].get(about, "")) for about in _ABOUT}
        for name in _known(given, CLASSES)
        if any(given[name].get(about) for about in _ABOUT)
    }


def _stages(given: Mapping[str, Any]) -> Plain:
    return {name: _text(given[name]) for name in _known(given, STAGES) if given[name]}


def _reasons(given: Mapping[str, Any]) -> Plain:
    found = {name: given[name] for name in _known(given, tuple(REASONS))}
    if not all(isinstance(value, int) and 0 <= value <= 100 for value in found.values()):
        raise ScoresDocumentWrong("How far a reason is in your hands is a whole percentage.")
    return dict(REASONS) | found


def _known(given: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    if unknown := sorted(set(given) - set(names)):
        raise ScoresDocumentWrong(f"Nothing is called {unknown[0]!r} here.")
    return [name for name in names if name in given]


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MOST:
        raise ScoresDocumentWrong(f"At most {_MOST} letters.")
    return value.strip()


_CHECKS: Final[Mapping[str, Callable[[Mapping[str, Any]], Plain]]] = {
    "classes": _classes, "treatments": _treatments, "stages": _stages, "reasons": _reasons,
}  # fmt: skip
