"""The verbs of the room: its only writers. Each takes who does it and when it is recorded."""

from regulars.sales.services.ending import cancel, complete
from regulars.sales.services.events import record_events
from regulars.sales.services.keys import claim
from regulars.sales.services.recording import record_sales
from regulars.sales.services.returning import record_returns
from regulars.sales.services.withdrawing import withdraw

__all__ = ["cancel", "claim", "complete", "record_events", "record_returns", "record_sales", "withdraw"]
