"""Three beliefs about loyal customers, each held against the shop's own sales."""

from regulars.insight.myths.boxing import boxed as boxed
from regulars.insight.myths.found import BOXES as BOXES
from regulars.insight.myths.found import Measure as Measure
from regulars.insight.myths.found import Myth as Myth
from regulars.insight.myths.found import MythsFound as MythsFound
from regulars.insight.myths.judging import myths_of as myths_of
