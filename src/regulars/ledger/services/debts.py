"""What a holder owes: made when a credit is taken back that was spent, eaten by later earns, or forgiven."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger.drafts import AccountRow, Draft, Words
from regulars.ledger.errors import NotEnough
from regulars.ledger.moves import House
from regulars.ledger.services.accounts import houses, locked
from regulars.ledger.words import Kind, Role
from regulars.ledger.writing import write


@transaction.atomic
def forgive(owner: UUID, unit: str, amount: int, *, reason: str, actor: Actor, at: datetime) -> UUID:
    """Lets a debt go, all or a part; the transfer. Five queries. Raises NotEnough."""
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locked([(owner, unit, Role.MAIN)], at))
    (house,) = houses([(unit, House(Role.WRITTEN_OFF))], at).values()
    main = next(row for row in draft.accounts.values() if row.role == Role.MAIN)
    if not 0 < amount <= main.owed:
        raise NotEnough(f"{main.owed} are owed.", required=amount, available=main.owed, missing=amount - main.owed)
    debt = beside(draft, main)
    assert debt is not None
    number = draft.transfer(Kind.FORGIVE, house, debt, amount, at, Words(reason=reason))
    main.indebted -= amount
    write(draft)
    record([Deed("ledger.forgive", typed("txn", number), after={"amount": amount}, reason=reason)], actor=actor, at=at)
    return number


def repay(draft: Draft, main: AccountRow, credit: UUID) -> int:
    """A debt eats the newest lot of the draft, as far as both go; dated now, since it may be younger."""
    lot = draft.fresh[-1]
    owed = main.owed + main.indebted
    part = min(owed, lot.remaining)
    if part == 0 or lot.usable_from > draft.at or not draft.alive(main, lot):
        return 0
    debt = beside(draft, main)
    assert debt is not None
    number = draft.transfer(Kind.REPAY, main, debt, part, draft.at, Words(deed=credit))
    draft.use([(lot, part)], number, draft.at)
    main.indebted -= part
    return part


def owe(
    draft: Draft,
    main: AccountRow,
    house: AccountRow,
    amount: int,
    effective_at: datetime,
    words: Words,
    *,
    id: UUID | None = None,
) -> UUID:
    """What cannot be taken now is owed: the debt account pays it. One or three queries the first time."""
    debt = beside(draft, main)
    if debt is None:
        assert main.owner is not None
        draft.know(locked([(main.owner, main.unit, Role.DEBT)], draft.at))
        debt = beside(draft, main)
        assert debt is not None
    main.indebted += amount
    return draft.transfer(Kind.OWE, debt, house, amount, effective_at, words, id=id)


def beside(draft: Draft, main: AccountRow) -> AccountRow | None:
    """The debt account beside a main one."""
    wanted = (main.owner, main.unit, Role.DEBT)
    return next((row for row in draft.accounts.values() if (row.owner, row.unit, row.role) == wanted), None)
