"""What this room refuses."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class WrongIdentifier(RegularsError):
    """A phone, mail address or number that cannot be one. The value itself is not repeated."""

    code = "wrong-identifier"
    status: ClassVar[int] = 422


class IdentifierTaken(RegularsError):
    """Another member is recognised by this already."""

    code = "identifier-taken"
    status: ClassVar[int] = 409


class UnknownMember(RegularsError):
    """No member of this organisation has that id."""

    code = "unknown-member"
    status: ClassVar[int] = 404


class UnknownIdentifier(RegularsError):
    """Nobody here is recognised by that. Unknown and other organisations' codes read alike."""

    code = "unknown-identifier"
    status: ClassVar[int] = 404


class MemberClosed(RegularsError):
    """The member was closed or erased; nothing more is written to it."""

    code = "member-closed"
    status: ClassVar[int] = 422


class WrongFact(RegularsError):
    """A fact of an unknown name, or a value its definition does not allow. The value itself is not repeated."""

    code = "wrong-fact"
    status: ClassVar[int] = 422


class WrongField(RegularsError):
    """A definition of a field that cannot be, or contradicts the one there is."""

    code = "wrong-field"
    status: ClassVar[int] = 422


class WrongConsent(RegularsError):
    """A yes without the words it was given to, or to words of another purpose."""

    code = "wrong-consent"
    status: ClassVar[int] = 422


class WordingChanged(RegularsError):
    """This version of the wording is published already, with another text."""

    code = "wording-changed"
    status: ClassVar[int] = 409


class WrongGroup(RegularsError):
    """A household or company that is not there, or a link that cannot be."""

    code = "wrong-group"
    status: ClassVar[int] = 422


class UnknownGroup(WrongGroup):
    """There is no such household or company."""

    code = "unknown-group"
    status: ClassVar[int] = 404


class UnknownNote(WrongFact):
    """There is no such note."""

    code = "unknown-note"
    status: ClassVar[int] = 404


class WrongCardRange(RegularsError):
    """A range of card numbers that cannot be: its prefix is taken, or the numbers get too long or run out."""

    code = "wrong-card-range"
    status: ClassVar[int] = 422


class CardNotUsable(RegularsError):
    """The card was lost, stolen, replaced, upgraded or blocked. `state` says which."""

    code = "card-not-usable"
    status: ClassVar[int] = 422


class CardTaken(RegularsError):
    """The card is another member's. An anonymous one that has earned is claimed by merging it."""

    code = "card-taken"
    status: ClassVar[int] = 409


class CodeRefused(RegularsError):
    """A changing code that is not genuine, or older than its short window."""

    code = "code-refused"
    status: ClassVar[int] = 422


class CodeUsed(RegularsError):
    """A changing code that was shown before."""

    code = "code-used"
    status: ClassVar[int] = 409


class WrongRetention(RegularsError):
    """A period for a kind of fact that is not kept, or of no days."""

    code = "wrong-retention"
    status: ClassVar[int] = 422


class KeysMissing(RegularsError):
    """Sealed values are there, and the key they are sealed with is not."""

    code = "keys-missing"
    status: ClassVar[int] = 500


class WrongKeys(RegularsError):
    """The keys are not those of this database, or a sealed value was changed."""

    code = "wrong-keys"
    status: ClassVar[int] = 500


class AlreadyMerged(RegularsError):
    """Both ids are the same person's already."""

    code = "already-merged"
    status: ClassVar[int] = 409


class NotMerged(RegularsError):
    """Nothing was merged here, or it was taken apart already."""

    code = "not-merged"
    status: ClassVar[int] = 409


class MergedFurther(RegularsError):
    """The survivor was itself merged since: the later merge has to be undone first. `first` says which."""

    code = "merged-further"
    status: ClassVar[int] = 409


class UnknownPair(RegularsError):
    """These two are on no list of possible duplicates."""

    code = "unknown-pair"
    status: ClassVar[int] = 404


class WrongPolicy(RegularsError):
    """What an import was told of its columns names a column, a fact or a way that is not there."""

    code = "wrong-policy"
    status: ClassVar[int] = 422


class NoPeople(RegularsError):
    """The file holds no list of people, or no column that says who they are."""

    code = "no-people"
    status: ClassVar[int] = 422


class ImportUndone(RegularsError):
    """There is no such import, it was undone already, or somebody else goes on with it."""

    code = "import-undone"
    status: ClassVar[int] = 409
