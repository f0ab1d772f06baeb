"""Scores of all members, once all their bills are there; from then on every night."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from regulars.demo.setting import DEMO, State
from regulars.scorebook import services
from regulars.scorebook.errors import ScoresUnderWay
from regulars.scorebook.models import Run
from regulars.scorebook.moves import Wish
from regulars.scorebook.sending import run_due
from regulars.scorebook.services.plans import plan

UNDER_WAY = ("waiting", "running")


def scored(state: State, *, now: Callable[[], datetime]) -> None:
    """Asks for a run unless there is one, and sees it through: here, or where a worker of the server is at it."""
    plan(Wish(), organisation=state.home, actor=DEMO, at=now())  # it waited while bills came in (`setting`)
    mine = Run.objects.filter(organisation=state.home)
    if not mine.filter(state="done").exists():
        with suppress(ScoresUnderWay):  # the night's, or one asked for before a stop
            services.ask(organisation=state.home, actor=DEMO, at=now())
    while mine.filter(state__in=UNDER_WAY).exists():
        if not run_due(actor=DEMO, at=now()):
            time.sleep(1)
