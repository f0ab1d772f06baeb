"""Everything that happened with a member, newest first, a page at a time: each kind from its room, merged by time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from regulars.access import gate
from regulars.access.rights import Right
from regulars.basics.ids import new_id, typed
from regulars.console.desk import Desk
from regulars.console.selectors.member import Known
from regulars.ledger.models import Account, Transfer
from regulars.ledger.selectors import transfers
from regulars.members.models import Merge
from regulars.members.selectors.consents import proofs_of
from regulars.outreach.selectors import messages_of
from regulars.outreach.selectors_sending import replies_of
from regulars.programme.checkout.selectors import outcomes_in
from regulars.programme.resets.terms import RESET
from regulars.programme.selectors.tiers import history
from regulars.sales.models import Event, Return, Sale
from regulars.sales.selectors import Seen, events_of, returned, sales_of, with_lines

PAGE: Final = 25
KINDS: Final = ("purchases", "points", "levels", "messages", "notes", "life")
_OF_A_SALE: Final = frozenset({"earn", "spend", "load", "capture", "activate"})


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened. `what` says which words a page has for it."""

    at: datetime
    what: str
    text: str = ""
    amount: int = 0
    unit: str = ""
    currency: str = ""
    mark: str = ""  # g, w or b: good, to be watched, bad
    link: UUID | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page; `next` is where it goes on, None at the end."""

    items: tuple[Item, ...]
    next: datetime | None


def timeline(found: Known, desk: Desk, *, kind: str = "", before: datetime | None = None) -> Timeline:
    """A page of one kind, or of all. Fifteen queries at most, however long the history."""
    asked = [kind] if kind in KINDS else list(KINDS)
    most, group = PAGE + 1, found.group
    items: list[Item] = []
    if "purchases" in asked and desk.may(Right.SALES_READ):
        items += _purchases(group, desk, before, most)
    if "points" in asked and desk.may(Right.LEDGER_READ):
        items += _points(found.id, group, desk, before, most, alone=kind == "points")
    if "levels" in asked and desk.may(Right.PROGRAMME_READ):
        items += _levels(group)
    if "messages" in asked:
        items += _messages(group, before, most)
    if "notes" in asked:
        items += [Item(at, "note", text, more={"by": by, "id": number}) for number, text, by, at in found.notes]
    if "life" in asked:
        items += _life(found)
    page = sorted((one for one in items if before is None or one.at < before), key=lambda one: one.at, reverse=True)
    return Timeline(tuple(page[:PAGE]), page[PAGE - 1].at if len(page) > PAGE else None)


def seen_by(desk: Desk, right: Right) -> Seen | None:
    """Whose sales may be seen; None: all of the organisation's."""
    scope = gate.scope(desk.holder.grants, right)
    return None if desk.home in scope.organisations or scope.everything else Seen(scope.merchants, scope.stores)


def _purchases(group: Sequence[UUID], desk: Desk, before: datetime | None, most: int) -> list[Item]:
    seen = seen_by(desk, Right.SALES_READ)
    cut = None if before is None else (before, UUID(int=0))
    rows = sales_of(group, before=cut, limit=most, seen=seen)
    events = events_of(group, before=cut, limit=most, seen=seen)
    ids = [row.id for row in rows]
    lines, told = with_lines(rows), outcomes_in({row.id: row.state for row in rows}, ids)
    back: dict[UUID, list[Return]] = {}
    for one in returned(ids):
        back.setdefault(one.sale_id, []).append(one)
    return [
        *(_sale(row, lines[row.id].lines, told.get(row.id), back.get(row.id, [])) for row in rows),
        *map(_event, events),
    ]


def _sale(row: Sale, lines: Sequence[Any], told: Any, back: Sequence[Return]) -> Item:
    names = [one.sold.name or one.sold.line.item for one in lines]
    effects = told.told["effects"] if told else ()
    points: dict[str, int] = {}
    for one in effects:
        if one["kind"] in ("earn", "points"):
            points[one["unit"]] = points.get(one["unit"], 0) + one["amount"]
        elif one["kind"] == "pay-points":
            points[one["unit"]] = points.get(one["unit"], 0) - one["amount"]
    mark = {"complete": "g", "open": "w", "cancelled": "b"}.get(row.state, "")
    more = {
        "points": points,
        "back": sum(one.amount for one in back),
        "state": row.state,
        "store": row.store or row.merchant,
    }
    shown = ", ".join(names[:4]) + (" …" if len(names) > 4 else "")
    return Item(row.effective_at, "sale", shown, row.amount - row.discount, "", row.currency, mark, row.id, more)


def _messages(group: Sequence[UUID], before: datetime | None, most: int) -> Iterable[Item]:
    """What was to be sent, and what was written back."""
    cut = None if before is None else new_id(before + timedelta(milliseconds=1), chance=bytes(10))
    for row in messages_of(group, before=cut, limit=most):
        mark = {"released": "g", "waiting": "w"}.get(row.state, "b")
        more = {"about": row.service or row.campaign or row.purpose, "state": str(row.state), "why": row.why}
        yield Item(row.asked_at, "message", row.channel, mark=mark, more=more)
    for reply, text in replies_of(group, limit=most):
        yield Item(reply.at, "reply", text, mark="w" if reply.meaning == "stop" else "")


def _event(row: Event) -> Item:
    return Item(row.effective_at, "event", row.name, row.amount, "", row.currency)


def _points(
    root: UUID, group: Sequence[UUID], desk: Desk, before: datetime | None, most: int, *, alone: bool
) -> Iterable[Item]:
    seen = seen_by(desk, Right.LEDGER_READ)
    after = None if before is None else new_id(before + timedelta(milliseconds=1), chance=bytes(10))
    rows = transfers(root, after=after, limit=most * (1 if alone else 3), also=[one for one in group if one != root])
    mine = set(Account.objects.filter(owner__in=group).values_list("id", flat=True))
    for row in rows:
        of_sale = row.kind in _OF_A_SALE and bool((row.details or {}).get("sale"))
        if (of_sale and not alone) or row.kind in ("merge", "unmerge") or not _sees(seen, row):
            continue
        yield _transfer(row, mine)


def _transfer(row: Transfer, mine: set[UUID]) -> Item:
    """With its sign as the holder sees it; between two accounts of theirs it has none."""
    out, comes = row.giver in mine, row.taker in mine
    mark = "b" if row.kind in ("expire", "owe") else "g" if comes and not out else ""
    return Item(
        row.recorded_at,
        RESET if row.rule.startswith(f"{RESET}.") and out else row.kind,
        row.reason,
        -row.amount if out and not comes else row.amount,
        row.unit,
        "",
        mark,
        row.id,
    )


def _sees(seen: Seen | None, row: Transfer) -> bool:
    if seen is None:
        return True
    merchants = {typed("mrc", one) for one in seen.merchants}
    stores = {typed("str", one) for one in seen.stores}
    return row.merchant in merchants or (row.store != "" and row.store in stores)


def _levels(group: Sequence[UUID]) -> list[Item]:
    good = {"reached", "kept", "matched", "bought", "challenge", "lifetime", "set"}
    return [
        Item(
            one.at,
            "level",
            one.level,
            mark="g" if one.because in good else "w",
            more={"ladder": one.ladder, "because": str(one.because)},
        )
        for one in history(list(group))
        if one.because != "start"
    ]


def _life(found: Known) -> Iterable[Item]:
    """Enrolment, cards, merges, consents. Two queries."""
    for member in found.rows:
        place = member.store or member.merchant
        yield Item(member.enrolled_at, "enrolled", member.source, mark="g", more={"store": place})
    for card in found.cards:
        yield Item(card.issued_at, "card", card.form, mark="g")
        if card.ended_at is not None:
            yield Item(card.ended_at, "card-ended", card.state, mark="w", more={"reason": card.reason})
    for merge in Merge.objects.filter(survivor__in=found.group):
        yield Item(
            merge.merged_at, "merged", merge.reason, link=merge.other_id, more={"undone": merge.undone_at is not None}
        )
    for proof in proofs_of(found.id):
        what = "consent" if proof.given else "consent-no"
        more = {"purpose": proof.purpose, "source": proof.source}
        yield Item(proof.recorded_at, what, proof.channel, mark="g" if proof.given else "w", more=more)
