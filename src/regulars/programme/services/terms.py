"""Terms published and retired. A version is never changed: the next one replaces it from a moment on."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max

from regulars.basics.ids import new_ids, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.programme import locks
from regulars.programme.book import book
from regulars.programme.errors import TermsClash, UnknownTerms
from regulars.programme.models import Terms
from regulars.programme.moves import NewTerms, Version
from regulars.programme.terms import Problem, wrong
from regulars.programme.terms import kind as kind_of

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
PREFIX: Final = "trm"


@transaction.atomic
def publish(
    kind: str,
    code: str,
    document: Mapping[str, Any],
    *,
    organisation: UUID,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
    moving_in: bool = False,
    within: str = "",
    actor: Actor,
    at: datetime,
) -> Version:
    """Publishes a version; see `publish_all`."""
    wanted = NewTerms(kind, code, document, begins_at, ends_at)
    (made,) = publish_all([wanted], organisation=organisation, moving_in=moving_in, within=within, actor=actor, at=at)
    return made


@transaction.atomic
def publish_all(
    wanted: Sequence[NewTerms],
    *,
    organisation: UUID,
    moving_in: bool = False,
    within: str = "",
    actor: Actor,
    at: datetime,
) -> list[Version]:
    """Publishes versions, in order, or none. Each ends the version of its code that holds when it begins.
    `within`: where a document stands in what was sent, for the pointers of problems.

    Nothing begins before `at`, except while a running programme moves in: its old purchases keep their old rules.
    Raises WrongTerms, UnknownTerms, TermsClash.
    """
    locks.edition(organisation)
    ids = new_ids(at, len(wanted))
    for one, number in zip(wanted, ids, strict=True):
        checked(one, organisation, within=within)  # one may name what another of the batch has just brought
        _add(one, number, organisation, moving_in, actor, at)
    now = book(organisation)
    made = [now.version(number) for number in ids]
    record([_deed("programme.publish", one) for one in made], actor=actor, at=at)
    return made


@transaction.atomic
def retire(
    kind: str, code: str, *, organisation: UUID, ends_at: datetime | None = None, actor: Actor, at: datetime
) -> Version:
    """Ends a code: what holds, at `ends_at` (now), and what was to come never begins. Answers the version that ends.

    What it gave stays given, and is taken back by it. Raises UnknownTerms, TermsClash.
    """
    ends_at = ends_at or at
    if ends_at < at:
        raise TermsClash("What is past is not changed; let it end now or later.")
    locks.edition(organisation)
    every = book(organisation).versions(kind, code)
    open_still = [one for one in every if one.ends_at is None or one.ends_at > max(ends_at, one.begins_at)]
    if not open_still:
        raise UnknownTerms(f"Nothing of the kind {kind[:40]!r} and the code {code[:80]!r} holds or is to come.")
    for one in open_still:
        Terms.objects.filter(id=one.id).update(ends_at=max(ends_at, one.begins_at))
    ended = book(organisation).version(open_still[0].id)
    record([_deed("programme.retire", ended)], actor=actor, at=at)
    return ended


def checked(one: NewTerms, organisation: UUID, *, within: str = "") -> Any:
    """The terms that a document says. `within`: where it stands in what was sent. Raises WrongTerms, UnknownTerms."""
    kind = kind_of(one.kind)
    if not _CODE.fullmatch(one.code):
        raise wrong(one.kind, [Problem("/code", "Letters, digits and ._- with a letter or digit first.", "code")])
    if of_code := list(kind.check_code(one.code, organisation)):
        raise wrong(one.kind, of_code)
    terms = kind.read(one.document, within=within)
    problems = list(kind.check(terms, organisation))
    if problems:
        raise wrong(one.kind, problems, within=within)
    return terms


def _add(one: NewTerms, number: UUID, organisation: UUID, moving_in: bool, actor: Actor, at: datetime) -> None:
    """Raises TermsClash."""
    begins_at = one.begins_at or at
    if begins_at < at and not moving_in:
        raise TermsClash("Terms begin now or later: what is past is not changed.", begins_at=begins_at)
    if one.ends_at is not None and one.ends_at <= begins_at:
        raise wrong(one.kind, [Problem("/ends_at", "Terms end after they begin.", "ends_at")])
    before = Terms.objects.filter(organisation=organisation, kind=one.kind, code=one.code)
    later = before.filter(begins_at__gte=begins_at).exclude(ends_at=F("begins_at")).order_by("version").first()
    if later is not None:
        told = {"version": later.version, "begins_at": later.begins_at}
        raise TermsClash(f"Version {later.version} begins at that moment or later; retire it first.", **told)
    for row in before.filter(begins_at__lt=begins_at).exclude(ends_at__lte=begins_at):
        Terms.objects.filter(id=row.id).update(ends_at=begins_at)
    last = before.aggregate(last=Max("version"))["last"] or 0
    Terms.objects.create(
        id=number,
        organisation=organisation,
        kind=one.kind,
        code=one.code,
        version=last + 1,
        begins_at=begins_at,
        ends_at=one.ends_at,
        document=dict(one.document),
        made_at=at,
        made_by=f"{actor.kind}:{actor.id}",
    )


def _deed(what: str, one: Version) -> Deed:
    told = {"kind": one.kind, "code": one.code, "version": one.version, "begins_at": one.begins_at.isoformat()}
    ends = {"ends_at": one.ends_at.isoformat()} if one.ends_at else {}
    return Deed(what, typed(PREFIX, one.id), after={**told, **ends})
