"""What a member's browser keeps: the text of its session, and that of a code it waits for. Below `/my/` alone."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from regulars.portal.services.codes import LIVES
from regulars.portal.services.sessions import LONGEST

SESSION: Final = "regulars_member"
ASKED: Final = "regulars_asked"
_PATH: Final = "/my/"


def session_of(request: HttpRequest) -> str:
    return str(request.COOKIES.get(SESSION, ""))


def asked_of(request: HttpRequest) -> str:
    return str(request.COOKIES.get(ASKED, ""))


def keep_session(answer: HttpResponse, text: str) -> None:
    _keep(answer, SESSION, text, LONGEST)
    forget(answer, ASKED)


def keep_asked(answer: HttpResponse, text: str) -> None:
    _keep(answer, ASKED, text, LIVES)


def forget(answer: HttpResponse, name: str) -> None:
    answer.delete_cookie(name, path=_PATH, samesite="Lax")


def _keep(answer: HttpResponse, name: str, text: str, lives: timedelta) -> None:
    answer.set_cookie(
        name,
        text,
        max_age=int(lives.total_seconds()),
        path=_PATH,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
