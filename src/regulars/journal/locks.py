"""The only place where rows of this room are locked."""

from datetime import datetime

from regulars.journal.chain import BEGINNING
from regulars.journal.models import Chain


def head(at: datetime) -> Chain:
    """The head of the chain, until the end of the transaction: one seals at a time."""
    Chain.objects.bulk_create([Chain(one=True, number=0, seal=BEGINNING, sealed_at=at)], ignore_conflicts=True)
    return Chain.objects.select_for_update().get()
