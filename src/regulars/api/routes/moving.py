"""Moving in: a programme that ran elsewhere, row by row in the background, under a name that the caller chose."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID

from django.db.models import Count, Sum
from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import Reply, read, write
from regulars.api.fields import PRINTED, Amount, Asking, Cursor, Limit, MemberId, Moment, MoveInId, Telling, Text, Word
from regulars.api.jobs import of_kind, submit
from regulars.api.keys import Call, Request
from regulars.api.models import Job, JobRow
from regulars.api.places import whole_organisation
from regulars.api.routes.recognising import Shown
from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.members.errors import WrongIdentifier
from regulars.members.identifying import normal
from regulars.members.moves import Presented
from regulars.programme.models import MoveIn
from regulars.programme.moving.moves import Brought, Card, Coupon, Lot, Outcome, Pending, Row, Tier
from regulars.programme.moving.reporting import missing, report
from regulars.programme.moving.taking import begin, move_in_named, take
from regulars.programme.moving.undoing import begin_undo

router = Router(tags=["Moving in"])
RIGHT: Final = Right.LEDGER_MANAGE
AT_ONCE: Final = 1_000  # rows of one transaction

Name = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"),
    Field(description="Chosen by the caller; rows are told apart by it for ever.", examples=["spring"]),
]
Code = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PRINTED)]
Line = Annotated[int, Field(ge=1, le=10**12, description="The line there. Rows of one file and line are one row.")]


class MovedRow(Asking):
    """Where a row stands in the caller's files, and whom it is about: an id, or whatever they are recognised by."""

    file: Annotated[Text, Field(description="The caller's name of the file.")] = "rows"
    line: Line
    member: MemberId | None = None
    identifiers: Annotated[list[Shown], Field(max_length=5)] = Field(default_factory=list)


class MovedLot(MovedRow):
    """Points or stored value with their dates."""

    EXAMPLE: ClassVar = {
        "kind": "lot", "file": "lots.csv", "line": 2, "identifiers": [{"kind": "email", "value": "ada@example.com"}],
        "unit": "points", "amount": 500, "earned_at": "2025-11-03T00:00:00Z", "expires_at": "2027-12-01T00:00:00Z",
    }  # fmt: skip

    kind: Literal["lot"]
    unit: Code
    amount: Amount
    earned_at: Moment | None = None
    starts_at: Moment | None = None
    expires_at: Moment | None = None
    funder: Word | None = None
    reason: Word | None = None

    def brings(self) -> Brought:
        """As the programme takes it."""
        return Lot(
            self.unit, self.amount, self.earned_at, self.starts_at, self.expires_at, self.funder or "",
            self.reason or "",
        )  # fmt: skip


class MovedPending(MovedRow):
    """Units on their way: active at a moment, or when told."""

    kind: Literal["pending"]
    unit: Code
    amount: Amount
    earned_at: Moment | None = None
    activates_at: Moment | None = None
    cancels_at: Moment | None = None
    expires_at: Moment | None = None
    validity: Annotated[str, StringConstraints(max_length=20, pattern=PRINTED)] = ""
    reason: Word | None = None

    def brings(self) -> Brought:
        """As the programme takes it."""
        return Pending(
            self.unit, self.amount, self.earned_at, self.activates_at, self.cancels_at, self.expires_at, self.validity,
            self.reason or "",
        )  # fmt: skip


class MovedTier(MovedRow):
    """A level with its end; without one to the end of the next period, or for ever."""

    kind: Literal["tier"]
    ladder: Code
    level: Code
    since: Moment | None = None
    ends_at: Moment | None = None
    for_ever: bool = False
    reason: Text | None = None

    def brings(self) -> Brought:
        """As the programme takes it."""
        return Tier(self.ladder, self.level, self.since, self.ends_at, self.for_ever, self.reason or "")


class MovedCard(MovedRow):
    """A card number of the old programme; `source` says whose number it is."""

    kind: Literal["card"]
    number: Code
    source: Word

    def brings(self) -> Brought:
        """As the programme takes it."""
        return Card(self.number, self.source)


class MovedCoupon(MovedRow):
    """A code that somebody holds; without member and identifiers it is nobody's."""

    kind: Literal["coupon"]
    code: Code
    series: Code
    uses: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    expires_at: Moment | None = None

    def brings(self) -> Brought:
        """As the programme takes it."""
        return Coupon(self.code, self.series, self.uses, self.expires_at)


AnyRow = Annotated[MovedLot | MovedPending | MovedTier | MovedCard | MovedCoupon, Field(discriminator="kind")]


class MoveInAsked(Asking):
    """Rows that move in. More than fit into one request are sent as several parts."""

    EXAMPLE: ClassVar = {"rows": [MovedLot.EXAMPLE]}

    part: Annotated[int, Field(ge=1, le=1_000_000, description="The same part and rows again is the same.")] = 1
    rows: Annotated[list[AnyRow], Field(min_length=1, max_length=5000)]


class OneRow(Asking):
    """A row as it waits."""

    row: AnyRow


class MoveOutAsked(Asking):
    """Why it is taken back."""

    EXAMPLE: ClassVar = {"reason": "the wrong files"}

    reason: Text


class MovedLine(Telling):
    """What the rows say of one unit and month of its end, level, series or kind of number, and what is here now."""

    kind: Literal["lot", "pending", "tier", "card", "coupon"]
    label: str
    month: Annotated[str, Field(description="In which it ends, as 2027-03; empty: never.")]
    rows_said: int
    said: int
    rows_here: int
    here: int
    ties: bool


class MovedRefused(Telling):
    """A row that was not taken."""

    file: str
    line: int
    column: str
    reason: str


class MoveInTold(Telling):
    """How far it is, and whether it ties. rows = waiting + kept + refused."""

    id: MoveInId
    name: str
    state: Literal["running", "done", "undoing", "undone"]
    rows: int
    waiting: int
    kept: int
    refused: int
    reasons: dict[str, int]
    ties: bool
    lines: list[MovedLine]
    taken_back: Annotated[
        dict[str, int], Field(description="By kind, rows and amounts that an undo took back, and those it could not.")
    ]
    first: Annotated[list[MovedRefused], Field(description="The first ten refusals.")]


class MovedRefusals(Telling):
    """Rows that are missing, in the order in which they were refused."""

    items: list[MovedRefused]
    next: str | None


@write(router, "PUT", "/move-ins/{name}", right=RIGHT, answer=MoveInTold, status=202)
def move_in(request: Request, name: Name, body: MoveInAsked) -> MoveInTold:
    """Rows of a programme that moves in. A row moves in once, however often it is sent; one that was refused may be
    sent again, mended. With dry_run these rows are done at once, told, and undone."""
    call = request.call
    home = whole_organisation(call, RIGHT)
    number = begin(name, organisation=home, actor=call.actor, at=call.at)
    if request.GET.get("dry_run") == "true":
        asked = [_row(one) for one in body.rows]
        for begins in range(0, len(asked), AT_ONCE):
            take(number, asked[begins : begins + AT_ONCE], actor=call.actor, at=call.at)
        return _told(MoveIn.objects.get(id=number), call)
    beside = {"merchant": None, "store": None, "move_in": str(number)}
    rows = [beside | {"row": one.model_dump(mode="json", exclude_unset=True)} | _whose(one) for one in body.rows]
    submit(f"{_prefix(name)}{body.part}", "move-in", rows, organisation=home, call=call)
    return _told(MoveIn.objects.get(id=number), call)


@read(router, "/move-ins/{name}", right=RIGHT, answer=MoveInTold)
def read_a_move_in(request: Request, name: Name) -> Reply:
    """How far a move-in is, and whether what is here ties with what the rows say."""
    home = whole_organisation(request.call, RIGHT)
    return Reply(_told(move_in_named(name, organisation=home), request.call))


@read(router, "/move-ins/{name}/refusals", right=RIGHT, answer=MovedRefusals)
def list_refusals_of_a_move_in(
    request: Request, name: Name, limit: Limit = 50, cursor: Cursor | None = None
) -> MovedRefusals:
    """Which rows are missing, and why."""
    row = move_in_named(name, organisation=whole_organisation(request.call, RIGHT))
    place = f"move-ins/{row.id}"
    page = missing(row, after=read_cursor(place, cursor) or 0, limit=limit)
    items = [_refused(one) for _, one in page]
    return MovedRefusals(items=items, next=write_cursor(place, page[-1][0]) if len(page) == limit else None)


@write(router, "POST", "/move-ins/{name}/undo", right=RIGHT, answer=MoveInTold, status=202)
def undo_a_move_in(request: Request, name: Name, body: MoveOutAsked) -> MoveInTold:
    """Takes all of it back that was not used since, in the background. Nothing more moves in under the name."""
    call = request.call
    home = whole_organisation(call, RIGHT)
    row = move_in_named(name, organisation=home)
    begin_undo(row.id, organisation=home, reason=body.reason, actor=call.actor, at=call.at)
    row.refresh_from_db()
    return _told(row, call)


@of_kind("move-in", RIGHT, at_once=AT_ONCE)
def take_rows(rows: Sequence[Mapping[str, Any]], home: UUID, actor: Actor, at: datetime) -> list[str]:
    """Rows of one part. What becomes of each is noted in the move-in. Raises MoveInUndone."""
    asked = [_row(OneRow.model_validate({"row": row["row"]}).row) for row in rows]
    done = take(UUID(rows[0]["move_in"]), asked, actor=actor, at=at)
    return [_made(row, one) for row, one in zip(asked, done, strict=True)]


_PREFIXES: Final = {"lot": "txn", "pending": "txn", "tier": "gvn", "card": "idn", "coupon": "cpn"}


def _made(row: Row, one: Outcome) -> str:
    return typed(_PREFIXES[row.kind], one.made) if one.made else ""


def _row(one: AnyRow) -> Row:
    shown = tuple(Presented(each.kind, _value(each), each.source or "") for each in one.identifiers)
    return Row(one.file, one.line, one.brings(), one.member, shown)


def _value(shown: Shown) -> str:
    """In its one form, where it has one."""
    try:
        return normal(shown.kind, shown.value, region=shown.region)
    except WrongIdentifier:
        return shown.value


def _whose(one: AnyRow) -> dict[str, Any]:
    """Whom a waiting row is about, where the erasure of a person looks for it."""
    named = [each.model_dump(mode="json", exclude_none=True) for each in one.identifiers]
    if isinstance(one, MovedCard):
        named.append({"kind": "external", "value": one.number, "source": one.source})
    return {"member": typed("mbr", one.member) if one.member else None, "identifiers": named}


def _prefix(name: str) -> str:
    """Of the jobs that bring its parts; no job that somebody names has a slash."""
    return f"move-in/{name}/"


def _told(row: MoveIn, call: Call) -> MoveInTold:
    found = report(row, at=call.at)
    jobs = Job.objects.filter(organisation=row.organisation, name__startswith=_prefix(row.name), kind="move-in")
    sums = jobs.aggregate(total=Sum("total"), done=Sum("done"), refused=Sum("refused"))
    waiting = (sums["total"] or 0) - (sums["done"] or 0) - (sums["refused"] or 0)
    # Rows that were not even tried: the key was revoked, or the person erased, before their turn came.
    lost = JobRow.objects.filter(job__in=jobs, state="refused").values_list("code").annotate(count=Count("id"))
    reasons = found.reasons | dict(lost)
    refused = found.refused + (sums["refused"] or 0)
    undoing = any(count for name, count in found.taken_back.items() if name.endswith("_rows_waiting"))
    ended = ("undoing" if undoing else "undone") if row.undone_at else "running" if waiting else "done"
    return MoveInTold(
        id=row.id,
        name=row.name,
        state=ended,  # type: ignore[arg-type]
        rows=found.kept + refused + waiting,
        waiting=waiting,
        kept=found.kept,
        refused=refused,
        reasons=reasons,
        ties=found.ties and not waiting and refused == found.refused,
        lines=[MovedLine.model_validate({**_plain(line), "ties": line.ties}) for line in found.lines],
        taken_back=found.taken_back,
        first=[_refused(one) for _, one in missing(row, limit=10)],
    )


def _plain(line: Any) -> dict[str, Any]:
    return {name: getattr(line, name) for name in MovedLine.model_fields}


def _refused(one: Any) -> MovedRefused:
    return MovedRefused(file=one.file, line=one.line, column=one.column, reason=one.reason)
