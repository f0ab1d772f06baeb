"""What reading answers refuses."""

from regulars.basics.errors import RegularsError


class WrongSurvey(RegularsError):
    """A file of answers, or what was stated about it, from which nothing can be said; the message says what and why."""

    code = "wrong-survey"
