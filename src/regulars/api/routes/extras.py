"""What else is kept of a member: preferences, tags, notes."""

from typing import Annotated, ClassVar
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import PRINTED, Asking, MemberId, Moment, Note, NoteId, Telling, Word
from regulars.api.keys import Request
from regulars.api.places import organisation
from regulars.api.routes.people import FactName, FactValue, looked
from regulars.members.errors import WrongFact
from regulars.members.moves import FactChange
from regulars.members.selectors import profiles, roots
from regulars.members.selectors.settings import fields
from regulars.members.services import extras, people

router = Router(tags=["Preferences, tags, notes"])

TagWord = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PRINTED)]


class TagsAsked(Asking):
    """Words to label a member with, or to take away."""

    EXAMPLE: ClassVar = {"tags": ["wine club", "press"]}

    tags: Annotated[list[TagWord], Field(min_length=1, max_length=50)]
    source: Word = "api"


class TagsTold(Telling):
    """All tags of a member, in alphabetical order."""

    tags: list[str]


class NoteAsked(Asking):
    """Something to remember about a member; kept sealed."""

    EXAMPLE: ClassVar = {"text": "Asked for a table by the window.", "is_pinned": True}

    text: Annotated[Note, Field(min_length=1)]
    is_pinned: Annotated[bool, Field(description="Stands above the others.")] = False


class NoteTold(Telling):
    """A note, who wrote it and when."""

    id: NoteId
    text: str
    actor: str
    recorded_at: Moment


class NotesTold(Telling):
    """Pinned notes first, then the newest."""

    items: list[NoteTold]


class NoteGone(Telling):
    """A note that was taken out."""

    id: NoteId


class PreferencesAsked(Asking):
    """What a member prefers; null takes a preference out. Others stay as they are."""

    EXAMPLE: ClassVar = {"preferences": {"room": "quiet", "diet": None}}

    preferences: Annotated[dict[FactName, FactValue | None], Field(min_length=1, max_length=60)]
    source: Word = "api"
    effective_at: Moment | None = None


class PreferenceTold(Telling):
    """A preference an organisation asks for, and what the member said; null: nothing."""

    name: str
    label: str
    kind: str
    choices: list[str]
    value: str | int | bool | list[str] | None


class PreferencesTold(Telling):
    """Every preference there is, by name."""

    items: list[PreferenceTold]


@read(router, "/members/{member}/preferences", right=Right.MEMBERS_READ, answer=PreferencesTold)
def read_preferences(request: Request, member: MemberId) -> PreferencesTold:
    """What a member prefers, among all that is asked for."""
    call = request.call
    home = organisation(call, Right.MEMBERS_READ)
    root = roots([member], organisation=home)[member]
    looked(call, root, part="preferences")
    return _preferences(root, home)


@write(router, "PATCH", "/members/{member}/preferences", right=Right.MEMBERS_WRITE, answer=PreferencesTold)
def change_preferences(request: Request, member: MemberId, body: PreferencesAsked) -> Reply:
    """Writes down what a member prefers. Only fields that are preferences."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    there = {one.name for one in fields(home, preferences=True)}
    if wrong := sorted(body.preferences.keys() - there):
        raise WrongFact(f"There is no preference named {wrong[0]!r}.", name=wrong[0])
    since = body.effective_at or call.at
    changes = [FactChange(member, name, value, body.source, since) for name, value in body.preferences.items()]
    people.change_facts(changes, organisation=home, actor=call.actor, at=call.at)
    root = roots([member], organisation=home)[member]
    return Reply(_preferences(root, home), about=root)


def _preferences(root: UUID, home: UUID) -> PreferencesTold:
    """Two queries."""
    asked = fields(home, preferences=True)
    said = profiles.facts_of([root], names=[one.name for one in asked])[root]
    return PreferencesTold(
        items=[
            PreferenceTold(
                name=one.name,
                label=one.label,
                kind=one.kind,
                choices=one.choices,
                value=said[one.name].value if one.name in said else None,
            )
            for one in asked
        ]
    )


@read(router, "/members/{member}/tags", right=Right.MEMBERS_READ, answer=TagsTold)
def read_tags(request: Request, member: MemberId) -> TagsTold:
    """What a member is labelled with."""
    call = request.call
    root = roots([member], organisation=organisation(call, Right.MEMBERS_READ))[member]
    looked(call, root, part="tags")
    return _tags(root)


@write(router, "POST", "/members/{member}/tags", right=Right.MEMBERS_WRITE, answer=TagsTold)
def tag_a_member(request: Request, member: MemberId, body: TagsAsked) -> Reply:
    """Labels a member; a tag that is there stays as it was."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    extras.tag([member], body.tags, organisation=home, source=body.source, actor=call.actor, at=call.at)
    root = roots([member], organisation=home)[member]
    return Reply(_tags(root), about=root)


@write(router, "POST", "/members/{member}/tags/remove", right=Right.MEMBERS_WRITE, answer=TagsTold)
def take_tags_away(request: Request, member: MemberId, body: TagsAsked) -> Reply:
    """Takes tags away; one that is not there is not missed."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    extras.untag([member], body.tags, organisation=home, actor=call.actor, at=call.at)
    root = roots([member], organisation=home)[member]
    return Reply(_tags(root), about=root)


def _tags(root: UUID) -> TagsTold:
    return TagsTold(tags=profiles.tags_of([root])[root])


@read(router, "/members/{member}/notes", right=Right.MEMBERS_READ, answer=NotesTold)
def read_notes(request: Request, member: MemberId) -> NotesTold:
    """What was written about a member."""
    call = request.call
    root = roots([member], organisation=organisation(call, Right.MEMBERS_READ))[member]
    looked(call, root, part="notes")
    return _notes(root)


@write(router, "POST", "/members/{member}/notes", right=Right.MEMBERS_WRITE, answer=NotesTold, status=201)
def write_a_note(request: Request, member: MemberId, body: NoteAsked) -> Reply:
    """Adds a note; notes are not changed, only taken out."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    extras.write_note(member, body.text, organisation=home, is_pinned=body.is_pinned, actor=call.actor, at=call.at)
    root = roots([member], organisation=home)[member]
    return Reply(_notes(root), about=root)


@write(router, "POST", "/notes/{note}/remove", right=Right.MEMBERS_WRITE, answer=NoteGone)
def remove_a_note(request: Request, note: NoteId) -> NoteGone:
    """Takes a note out for good."""
    call = request.call
    extras.remove_note(note, organisation=organisation(call, Right.MEMBERS_WRITE), actor=call.actor, at=call.at)
    return NoteGone(id=note)


def _notes(root: UUID) -> NotesTold:
    return NotesTold(
        items=[
            NoteTold(id=number, text=text, actor=actor, recorded_at=moment)
            for number, text, actor, moment in profiles.notes_of(root)
        ]
    )
