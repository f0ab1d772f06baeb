"""An API of two addresses whose deed is a line in the journal: enough to see what all writes have in common."""

import threading
from typing import Annotated

from django.urls import path
from ninja import Router
from pydantic import Field

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import Asking, MemberId, Telling
from regulars.api.keys import Request
from regulars.api.openapi import RegularsApi
from regulars.basics.errors import RegularsError
from regulars.basics.ids import new_id
from regulars.journal.moves import Deed
from regulars.journal.services import record

router = Router()
# A test may hold a deed here, in the middle of its transaction.
entered, leave = threading.Event(), threading.Event()
held = False


class TooMuch(RegularsError):
    """The deed is refused after it has begun to write."""

    code = "too-much"
    status = 422


class Wish(Asking):
    amount: Annotated[int, Field(ge=1)]
    member: MemberId | None = None


class Done(Telling):
    id: MemberId
    amount: int


@write(router, "POST", "/deeds", right=Right.LEDGER_POST, answer=Done, status=201)
def do_deed(request: Request, body: Wish) -> Reply:
    record([Deed("tiny.deed", after={"amount": body.amount})], actor=request.call.actor, at=request.call.at)
    if held:
        entered.set()
        assert leave.wait(20)
    if body.amount > 1000:
        raise TooMuch("At most 1000.", most=1000, asked=body.amount)
    if body.amount == 666:
        raise ZeroDivisionError
    return Reply(Done(id=new_id(request.call.at), amount=body.amount), headers={"ETag": '"1"'}, about=body.member)


@read(router, "/deeds/{number}", right=Right.LEDGER_READ, answer=Done)
def read_deed(request: Request, number: MemberId, amount: int = 1) -> Done:
    return Done(id=number, amount=amount)


api = RegularsApi(title="Tiny", urls_namespace="tiny", docs_url=None, openapi_url="/openapi.json")
api.add_router("", router)
urlpatterns = [path("api/v1/", api.urls)]
