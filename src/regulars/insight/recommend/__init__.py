"""By product: what others bought too, and what goes well with it."""

from regulars.insight.recommend.also_bought import also_bought
from regulars.insight.recommend.goes_well import goes_well_with

__all__ = ["also_bought", "goes_well_with"]
