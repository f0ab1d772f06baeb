"""Tables of the room; verbs are in `services`. Every personal value is sealed (see `keyring`), never plain text.

Rows stay with the member they were written for. A merge only sets `root`; reading goes by root, so nothing moves
and everything can go back.
"""

from regulars.members.models.cards import Card, CardRange, UsedCode
from regulars.members.models.consents import Consent, Permission, Wording
from regulars.members.models.deeds import Erasure, Import, ImportChange, ImportRefusal, Merge, Pair
from regulars.members.models.extras import Field, Key, Mark, Note, Retention, Tag
from regulars.members.models.groups import Company, Contact, Household
from regulars.members.models.people import Fact, Identifier, Member, NewWay

__all__ = (
    "Card",
    "CardRange",
    "Company",
    "Consent",
    "Contact",
    "Erasure",
    "Fact",
    "Field",
    "Household",
    "Identifier",
    "Import",
    "ImportChange",
    "ImportRefusal",
    "Key",
    "Mark",
    "Member",
    "Merge",
    "NewWay",
    "Note",
    "Pair",
    "Permission",
    "Retention",
    "Tag",
    "UsedCode",
    "Wording",
)
