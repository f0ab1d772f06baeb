"""The rooms' steps in deeds that concern a person: merge, un-merge, erase, export, undo of an import (members/deeds).

Members come first: the lock on their rows keeps two deeds about one person apart. Un-merge and undo run backwards.
"""

from typing import Final

from regulars.api import people as api
from regulars.ledger import people as ledger
from regulars.members import people as members
from regulars.members.deeds import Step

STEPS: Final[tuple[Step, ...]] = (members, ledger, api)
