"""What saved runs refuse."""

from regulars.basics.errors import RegularsError


class NoSuchRun(RegularsError):
    """No run of that name lies in the folder of runs."""

    code = "no-such-run"


class NotARun(RegularsError):
    """The file of a run is damaged, or is something else."""

    code = "not-a-run"


class RunNewer(RegularsError):
    """The run was kept by a later version of Regulars."""

    code = "run-newer"


class OtherColumns(RegularsError):
    """The table to be scored has none of the columns that the model reads."""

    code = "other-columns"


class OtherData(RegularsError):
    """The run reads another kind of data, or the same in another currency."""

    code = "other-data"


class RunNotUsable(RegularsError):
    """The model of the run is no better than a plain baseline, so it gives no scores."""

    code = "run-not-usable"
