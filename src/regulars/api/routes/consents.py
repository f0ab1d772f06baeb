"""What members agree to: wordings, each yes and no with its proof, and what holds."""

from typing import Annotated, ClassVar

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import Asking, MemberId, Moment, Note, Telling, Word, WordingId
from regulars.api.keys import Request
from regulars.api.places import organisation, whole_organisation
from regulars.api.routes.people import looked
from regulars.members.moves import Asked
from regulars.members.selectors import consents as known
from regulars.members.selectors import roots
from regulars.members.services import consents

router = Router(tags=["Consents"])

Small = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class WordingAsked(Asking):
    """A text that people will agree to. A version that is published never changes."""

    EXAMPLE: ClassVar = {"purpose": "marketing", "language": "en", "version": "2026-1", "text": "Send me offers."}

    purpose: Small
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]
    version: Word
    text: Annotated[Note, Field(min_length=1)]


class WordingTold(Telling):
    """A wording that was published."""

    id: WordingId


class ConsentAsked(Asking):
    """A yes or no for a channel and a purpose. A yes names the wording it was given to."""

    EXAMPLE: ClassVar = {"channel": "email", "purpose": "marketing", "given": False, "source": "till-4"}

    channel: Annotated[Small, Field(description="email, sms, phone, post, app …")]
    purpose: Annotated[Small, Field(description="marketing, profiling, partners …")]
    given: bool
    wording: WordingId | None = None
    source: Annotated[Word, Field(description="The form, till or page it came by.")] = "api"
    effective_at: Moment | None = None


class WithdrawalAsked(Asking):
    """How a no to everything came."""

    EXAMPLE: ClassVar = {"source": "letter"}

    source: Word = "api"


class PermissionTold(Telling):
    """What holds now."""

    channel: str
    purpose: str
    given: bool


class ProofTold(Telling):
    """A yes or no as it was given: to which words, by what way, when, and who wrote it down."""

    channel: str
    purpose: str
    given: bool
    wording: str
    version: str
    language: str
    source: str
    actor: str
    effective_at: Moment
    recorded_at: Moment


class ConsentsTold(Telling):
    """What holds now, and the whole history, or what was on record at `as_of`."""

    holds: list[PermissionTold]
    history: list[ProofTold]


@write(router, "POST", "/wordings", right=Right.CONSENTS_WRITE, answer=WordingTold, status=201)
def publish_a_wording(request: Request, body: WordingAsked) -> WordingTold:
    """The same version and text again is the same wording; another text is refused. Needs the right everywhere."""
    call = request.call
    made = consents.publish(
        organisation=whole_organisation(call, Right.CONSENTS_WRITE),
        purpose=body.purpose,
        language=body.language,
        version=body.version,
        text=body.text,
        actor=call.actor,
        at=call.at,
    )
    return WordingTold(id=made)


@read(router, "/members/{member}/consents", right=Right.MEMBERS_READ, answer=ConsentsTold)
def read_consents(request: Request, member: MemberId, as_of: Moment | None = None) -> Reply:
    """What a member agreed to, with the proof."""
    call = request.call
    root = roots([member], organisation=organisation(call, Right.MEMBERS_READ))[member]
    looked(call, root, part="consents")
    return Reply(_told(root, as_of))


@write(router, "POST", "/members/{member}/consents", right=Right.CONSENTS_WRITE, answer=ConsentsTold, status=201)
def tell_a_consent(request: Request, member: MemberId, body: ConsentAsked) -> Reply:
    """Writes down a yes or no; the later one holds, of two at one moment the no."""
    call = request.call
    home = organisation(call, Right.CONSENTS_WRITE)
    since = body.effective_at or call.at
    asked = Asked(member, body.channel, body.purpose, body.given, body.source, since, body.wording)
    consents.tell([asked], organisation=home, actor=call.actor, at=call.at)
    root = roots([member], organisation=home)[member]
    return Reply(_told(root), about=root)


@write(router, "POST", "/members/{member}/consents/withdraw", right=Right.CONSENTS_WRITE, answer=ConsentsTold)
def withdraw_all_consents(request: Request, member: MemberId, body: WithdrawalAsked) -> Reply:
    """A no to everything the member has said yes to."""
    call = request.call
    home = organisation(call, Right.CONSENTS_WRITE)
    consents.withdraw_all(member, organisation=home, source=body.source, actor=call.actor, at=call.at)
    root = roots([member], organisation=home)[member]
    return Reply(_told(root), about=root)


def _told(root: MemberId, as_of: Moment | None = None) -> ConsentsTold:
    holds = known.permissions_of(root)
    return ConsentsTold(
        holds=[PermissionTold(channel=c, purpose=p, given=given) for (c, p), given in sorted(holds.items())],
        history=[
            ProofTold(
                channel=one.channel,
                purpose=one.purpose,
                given=one.given,
                wording=one.wording,
                version=one.version,
                language=one.language,
                source=one.source,
                actor=one.actor,
                effective_at=one.effective_at,
                recorded_at=one.recorded_at,
            )
            for one in known.proofs_of(root, as_of=as_of)
        ],
    )
