"""Terms of the programme: published, read as sentences, retired."""

from typing import Annotated, Any, ClassVar, Final, Literal

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import read, write
from regulars.api.fields import Asking, Cursor, Limit, Moment, Telling, TermsId
from regulars.api.keys import Request
from regulars.api.places import organisation, whole_organisation
from regulars.programme.book import book
from regulars.programme.moves import Version
from regulars.programme.naming import words
from regulars.programme.saying import sentence
from regulars.programme.services import terms as services
from regulars.programme.terms import kind as kind_of
from regulars.programme.terms import kinds
from regulars.rules.sentences.words import Language, Words

router = Router(tags=["Programme"])

KindName = Annotated[
    str, StringConstraints(max_length=40, pattern=r"^[a-z][a-z-]*$"), Field(examples=["earn", "promotion", "ladder"])
]
TermsCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"),
    Field(description="Stays the same from version to version.", examples=["base"]),
]
Document = Annotated[
    dict[str, Any],
    Field(description="In the form of its kind, see /programme/kinds; faults are told with their place."),
]
Tongue = Annotated[Literal["en", "zh-hans"], Field(description="Of the sentences.")]
TEN: Final[dict[str, Any]] = {"unit": "points", "award": {"type": "per-amount", "units": 1, "per": 1000}}


class TermsAsked(Asking):
    """A version to be published. It replaces the one before from `begins_at` on; what that one gave stays given."""

    EXAMPLE: ClassVar = {"kind": "earn", "code": "base", "document": TEN}

    kind: KindName
    code: TermsCode
    document: Document
    begins_at: Annotated[Moment | None, Field(description="Now or later; nothing said: now.")] = None
    ends_at: Annotated[Moment | None, Field(description="Not included; nothing said: until replaced.")] = None


class RetireAsked(Asking):
    """From when on the terms hold no more."""

    EXAMPLE: ClassVar = {"ends_at": "2030-01-01T00:00:00Z"}

    ends_at: Annotated[Moment | None, Field(description="Now or later; nothing said: now.")] = None


class TermsTold(Telling):
    """A version: valid from `begins_at` up to, not including, `ends_at`. Both the same: withdrawn before it began."""

    id: TermsId
    kind: str
    code: str
    version: int
    begins_at: Moment
    ends_at: Moment | None
    sentence: Annotated[str, Field(description="What it promises, in words.")]
    document: dict[str, Any]


class TermsListed(Telling):
    """By kind, code and version."""

    items: list[TermsTold]
    next: str | None


class KindTold(Telling):
    """A kind of terms and the JSON schema of its documents."""

    kind: str
    document: dict[str, Any]


class KindsTold(Telling):
    """Every kind there is."""

    items: list[KindTold]


@write(router, "POST", "/programme/terms", right=Right.PROGRAMME_MANAGE, answer=TermsTold, status=201)
def publish_terms(request: Request, body: TermsAsked) -> TermsTold:
    """Publishes a version of a rule, promotion, series, ladder … What is past is never changed."""
    call = request.call
    home = whole_organisation(call, Right.PROGRAMME_MANAGE)
    made = services.publish(
        body.kind,
        body.code,
        body.document,
        organisation=home,
        begins_at=body.begins_at,
        ends_at=body.ends_at,
        within="/document",
        actor=call.actor,
        at=call.at,
    )
    return _told(made, words(home, Language.ENGLISH, terms=book(home)))


@write(router, "POST", "/programme/terms/{terms}/retire", right=Right.PROGRAMME_MANAGE, answer=TermsTold)
def retire_terms(request: Request, terms: TermsId, body: RetireAsked) -> TermsTold:
    """Ends the code of this version: what holds ends, what was to come never begins. What it gave stays given."""
    call = request.call
    home = whole_organisation(call, Right.PROGRAMME_MANAGE)
    found = book(home).version(terms)
    ended = services.retire(
        found.kind, found.code, organisation=home, ends_at=body.ends_at, actor=call.actor, at=call.at
    )
    return _told(ended, words(home, Language.ENGLISH, terms=book(home)))


@read(router, "/programme/terms", right=Right.PROGRAMME_READ, answer=TermsListed)
def list_terms(
    request: Request,
    kind: KindName | None = None,
    code: TermsCode | None = None,
    as_of: Moment | None = None,
    language: Tongue = "en",
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> TermsListed:
    """Versions by kind, code and number, each with its sentence; with `as_of` those that hold then."""
    home = organisation(request.call, Right.PROGRAMME_READ)
    known = book(home)
    after = read_cursor("programme.terms", cursor)
    found = [
        one
        for one in sorted(known.by_id.values(), key=_place)
        if kind in (None, one.kind) and code in (None, one.code) and (as_of is None or one.holds(as_of))
    ]
    rest = [one for one in found if after is None or list(_place(one)) > after]
    named = words(home, Language(language), terms=known)
    more = write_cursor("programme.terms", list(_place(rest[limit - 1]))) if len(rest) > limit else None
    return TermsListed(items=[_told(one, named) for one in rest[:limit]], next=more)


@read(router, "/programme/terms/{terms}", right=Right.PROGRAMME_READ, answer=TermsTold)
def read_terms(request: Request, terms: TermsId, language: Tongue = "en") -> TermsTold:
    """A version, whether it holds or not."""
    home = organisation(request.call, Right.PROGRAMME_READ)
    known = book(home)
    return _told(known.version(terms), words(home, Language(language), terms=known))


@read(router, "/programme/kinds", right=Right.PROGRAMME_READ, answer=KindsTold)
def list_kinds(request: Request) -> KindsTold:
    """The kinds of terms, with the form of their documents."""
    return KindsTold(items=[KindTold(kind=name, document=kind_of(name).schema()) for name in kinds()])


def _place(one: Version) -> tuple[str, str, int]:
    return one.kind, one.code, one.version


def _told(one: Version, named: Words) -> TermsTold:
    return TermsTold(
        id=one.id,
        kind=one.kind,
        code=one.code,
        version=one.version,
        begins_at=one.begins_at,
        ends_at=one.ends_at,
        sentence=sentence(one, named),
        document=kind_of(one.kind).write(one.terms),
    )
