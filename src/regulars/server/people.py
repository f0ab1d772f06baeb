"""The rooms' steps in deeds that concern a person: merge, un-merge, erase, export, undo of an import (members/deeds).

The lock on the members' rows, which a deed takes before any step, keeps two deeds about one person apart. The API comes
first: it looks for people in work that waits, while their identifiers can be read. Un-merge and undo run backwards.
"""

from typing import Final

from regulars.api import people as api
from regulars.care import people as care
from regulars.imports import people as imports
from regulars.ledger import people as ledger
from regulars.members import people as members
from regulars.members.deeds import Step
from regulars.outreach import people as outreach
from regulars.portal import people as portal
from regulars.programme import people as programme
from regulars.sales import people as sales
from regulars.scorebook import people as scorebook

STEPS: Final[tuple[Step, ...]] = (api, members, portal, outreach, care, imports, sales, scorebook, programme, ledger)
