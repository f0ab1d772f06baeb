"""Values handed in and out of the journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

STAFF: Final = "staff"
KEY: Final = "key"  # an API key: a till, a shop
MEMBER: Final = "member"
SYSTEM: Final = "system"  # a job, a command


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does a deed, and in which request. Every verb that writes takes one, and so does every look at a person."""

    kind: str  # STAFF, KEY, MEMBER or SYSTEM
    id: str  # typed id ("stf_…"), or the name of a job
    name: str = ""
    request_id: str = ""
    address: str = ""  # of the network; empty for jobs

    @classmethod
    def job(cls, name: str) -> "Actor":
        return cls(SYSTEM, name, name)


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the trail. `before` and `after` hold codes and numbers, never a phone, mail, address or name."""

    what: str  # "members.merge", "ledger.adjust", "members.read" …
    subject: str = ""  # typed id of what it was done to
    merchant: str = ""  # typed ids of where, if anywhere
    store: str = ""
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""
