"""What this room refuses. 409: something is in the way now; 422: it cannot be; 404: unknown."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class ScorebookError(RegularsError):
    """A refusal of this room."""

    code = "scores-refused"
    status: ClassVar[int] = 422


class ScoresUnderWay(ScorebookError):
    """A run of this organisation waits or is at work already."""

    code = "scores-under-way"
    status = 409


class UnknownScoresRun(ScorebookError):
    """No run of this organisation has that id."""

    code = "unknown-scores-run"
    status = 404


class ScoresRunEnded(ScorebookError):
    """The run is over: there is nothing to cancel."""

    code = "scores-run-ended"
    status = 409


class NothingToScore(ScorebookError):
    """No member's purchases are in the history up to the day asked."""

    code = "nothing-to-score"


class ScoresGivenUp(ScorebookError):
    """A run was begun again and again, and its worker died each time."""

    code = "scores-given-up"


class ScoresCancelled(ScorebookError):
    """Somebody asked for an end; the last good scores stay."""

    code = "scores-cancelled"
    status = 409


class ScoresBroken(ScorebookError):
    """A fault of our own ended a run; the log of the worker tells where."""

    code = "scores-broken"
    status = 500


class ScoresDocumentWrong(ScorebookError):
    """What was decided about scores contradicts itself, or says something unknown."""

    code = "scores-document-wrong"


class ScoresDocumentChanged(ScorebookError):
    """Somebody else made another version meanwhile."""

    code = "scores-document-changed"
    status = 409
