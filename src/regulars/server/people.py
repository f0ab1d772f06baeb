"""The rooms' steps in deeds that concern a person: merge, un-merge, erase, export, undo of an import (members/deeds).

Lowest room first; un-merge and undo run backwards.
"""

from typing import Final

from regulars.members import people as members
from regulars.members.deeds import Step

STEPS: Final[tuple[Step, ...]] = (members,)
