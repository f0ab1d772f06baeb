"""Model cards and saved runs: what a model is for, how good, for whom; kept as plain JSON and used again."""

from regulars.insight.cards.card import card_of
from regulars.insight.cards.content import CardContent
from regulars.insight.cards.errors import NoSuchRun, NotARun, OtherColumns, OtherData, RunNewer, RunNotUsable
from regulars.insight.cards.forgetting import forget, used
from regulars.insight.cards.runs import Run, list_runs, read_run, run_id, save_run

__all__ = [
    "CardContent",
    "NoSuchRun",
    "NotARun",
    "OtherColumns",
    "OtherData",
    "Run",
    "RunNewer",
    "RunNotUsable",
    "card_of",
    "forget",
    "list_runs",
    "read_run",
    "run_id",
    "save_run",
    "used",
]
