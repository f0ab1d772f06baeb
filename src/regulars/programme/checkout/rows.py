"""What is kept of a purchase, so that it can be completed, answered again and taken back by the terms of then."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.copying import copy, of_document, of_uuid
from regulars.journal.documents import document
from regulars.journal.statements import run
from regulars.programme.checkout.deciding import Decided
from regulars.programme.checkout.moves import Load, NewPurchase
from regulars.programme.checkout.paying import Paying
from regulars.rules.earning.effects import plain
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion, Tender
from regulars.rules.pricing import Applied, Points
from regulars.rules.rounding import shared

_TYPES: Final = {
    "sale": "uuid", "organisation": "uuid", "member": "uuid", "shown": "uuid", "facts": "jsonb", "parts": "jsonb",
    "gains": "jsonb", "told": "jsonb", "given": "jsonb", "paid": "jsonb",
}  # fmt: skip

MANY: Final = 50  # rows from which on COPY is quicker
_NAMES: Final = ", ".join(_TYPES)
_WRITE: Final = (
    f"INSERT INTO programme_checkout ({_NAMES}) SELECT {_NAMES} FROM jsonb_to_recordset(%s::jsonb)"
    f" AS new({', '.join(f'{name} {kind}' for name, kind in _TYPES.items())})"
)


def write(
    decided: Sequence[Decided],
    parts: Sequence[Sequence[Mapping[str, Any]]],
    gains: Sequence[Sequence[Mapping[str, Any]]],
    told: Sequence[Mapping[str, Any]],
) -> None:
    """One query. Some rows go as one document, which is less to write and to read than columns of documents; many as
    they are stored."""
    if len(decided) < MANY:
        run(_WRITE, [document(list(map(_row, decided, parts, gains, told))).decode()])
    else:
        copy("programme_checkout", list(_TYPES), map(_fields, decided, parts, gains, told))


def write_before(bought: Sequence[tuple[UUID, NewPurchase, Occasion, Mapping[str, Any]]]) -> None:
    """Bills that earned nothing, as of before. One query."""
    written: list[dict[str, object]] = [
        {
            "sale": number.hex,
            "organisation": one.place.organisation.hex,
            "member": one.member and one.member.hex,
            "shown": shown and shown.hex,
            "facts": {"member": None, "occasion": _occasion(occasion)},
            "parts": [],
            "gains": [],
            "told": told,
            "given": [],
            "paid": [],
        }
        for number, one, occasion, told in bought
        for shown in [one.shown or one.member]
    ]
    run(_WRITE, [document(written).decode()])


def _row(
    one: Decided, parts: Sequence[Mapping[str, Any]], gains: Sequence[Mapping[str, Any]], told: Mapping[str, Any]
) -> dict[str, object]:
    wanted = one.wanted
    member = wanted.member.hex if wanted.member else None
    return {
        "sale": one.id.hex,
        "organisation": wanted.place.organisation.hex,
        "member": member,
        "shown": wanted.shown.hex if wanted.shown and wanted.shown is not wanted.member else member,
        "facts": {"member": _facts(one.facts), "occasion": _occasion(one.occasion)},
        "parts": parts,
        "gains": gains,
        "told": told,
        "given": [each["amount"] for each in gains],
        "paid": [[each["units"], each["money"]] for each in parts],
    }


def _fields(
    one: Decided, parts: Sequence[Mapping[str, Any]], gains: Sequence[Mapping[str, Any]], told: Mapping[str, Any]
) -> bytes:
    """As `_row`."""
    wanted = one.wanted
    facts = {"member": _facts(one.facts), "occasion": _occasion(one.occasion)}
    given, paid = [each["amount"] for each in gains], [[each["units"], each["money"]] for each in parts]
    member = of_uuid(wanted.member)
    shown = member if wanted.shown is None or wanted.shown is wanted.member else of_uuid(wanted.shown)
    documents = [of_document(document(each)) for each in (facts, parts, gains, told, given, paid)]
    return b"".join([of_uuid(one.id), of_uuid(wanted.place.organisation), member, shown, *documents])


def parts_of(one: Decided) -> list[dict[str, Any]]:
    """What pays, and out of whose account; its transfer or hold is added when it is there."""
    return [_part(each) for each in one.parts]


def _part(one: Paying) -> dict[str, Any]:
    return {
        "kind": one.part.kind,
        "unit": one.part.unit,
        "units": one.part.units,
        "money": one.part.money,
        "lines": {str(number): money for number, money in one.part.lines.items()},
        "taken": {str(number): units for number, units in one.part.taken.items()},
        "owner": str(one.owner),
        "shown": str(one.shown),
        **({"family": True} if one.family else {}),
    }


def gains_of(one: Decided) -> list[dict[str, Any]]:
    """What is loaded, what rules give, what promotions and coupons give on top, and to whom."""
    found = [_load(one, load) for load in one.wanted.loads]
    if one.earns and (one.earned.effects or one.priced.priced.applied):
        owner, shown = one.holder
        text = str(owner)
        who = {"owner": text, "shown": text if shown is owner else str(shown)}
        found += [
            {"kind": "earn", "unit": each.unit, "amount": each.amount, "effect": plain(each), **who}
            for each in one.earned.effects
        ]
        found += [{**each, **who} for each in _on_top(one)]
    return found


def _load(one: Decided, load: Load) -> dict[str, Any]:
    who = {"owner": str(load.owner), "shown": str(load.shown)}
    return {"kind": "load", "line": load.number, "unit": load.unit, "amount": one.loaded(load).paid, **who}


def _on_top(one: Decided) -> list[dict[str, Any]]:
    found = []
    for applied in one.priced.priced.applied:
        said = {"kind": "points", "code": applied.offered.code, "version": applied.offered.version}
        for effect in applied.effects:
            if isinstance(effect, Points):
                lines = _lines(applied, effect.amount, one.occasion.lines)
                found.append({**said, "unit": effect.unit, "amount": effect.amount, "lines": lines})
    return found


def _lines(applied: Applied, amount: int, lines: Iterable[Line]) -> dict[str, int]:
    """Points laid on the lines they were given for: they come back with these."""
    fitting = applied.offered.offer.what.of(lines)
    parts = shared(amount, [line.paid for line in fitting])
    return {str(line.number): part for line, part in zip(fitting, parts, strict=True) if part}


_SETS: Final = ("segments", "tags", "enrolled_in")


def _facts(facts: MemberFacts | None) -> dict[str, Any] | None:
    """Without what most members lack."""
    if facts is None:
        return None
    kept: dict[str, Any] = {"joined_on": facts.joined_on.isoformat() if facts.joined_on else None}
    if facts.tiers:
        kept["tiers"] = dict(facts.tiers)
    for name in _SETS:
        if marks := getattr(facts, name):
            kept[name] = sorted(marks)
    for name in ("birthday", "purchases_before"):
        if (number := getattr(facts, name)) is not None:
            kept[name] = number
    return kept


def facts_kept(kept: Mapping[str, Any] | None) -> MemberFacts | None:
    """The member as rules saw them then."""
    if kept is None:
        return None
    return MemberFacts(
        tiers=kept.get("tiers", {}),
        joined_on=date.fromisoformat(kept["joined_on"]) if kept["joined_on"] else None,
        birthday=kept.get("birthday"),
        purchases_before=kept.get("purchases_before"),
        **{name: frozenset(kept.get(name, ())) for name in _SETS},
    )


def _occasion(occasion: Occasion) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "at": occasion.at.isoformat(),
        "zone": occasion.zone,
        "merchant": occasion.merchant,
        "store": occasion.store,
        "channel": occasion.channel,
        "currency": occasion.currency,
    }
    if occasion.store_zone != occasion.zone:
        kept["store_zone"] = occasion.store_zone
    if occasion.tenders:
        kept["tenders"] = [[one.kind, one.amount] for one in occasion.tenders]
    return kept


def occasion_kept(kept: Mapping[str, Any], lines: tuple[Line, ...]) -> Occasion:
    """The purchase as rules saw it then, at the prices paid."""
    values = {name: kept[name] for name in ("zone", "merchant", "store", "channel", "currency")}
    values["store_zone"] = kept.get("store_zone", kept["zone"])
    tenders = tuple(Tender(kind, amount) for kind, amount in kept.get("tenders", ()))
    return Occasion(at=datetime.fromisoformat(kept["at"]), lines=lines, tenders=tenders, **values)
