"""What stands before the first customer comes: places, staff with log-ins, units, the programme."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.access import gate
from regulars.access.models import Organisation
from regulars.access.moves import NewMerchant, NewStore, Place
from regulars.access.services.places import found_organisation, open_merchants, open_stores
from regulars.access.services.roles import assign
from regulars.access.services.staff import hire
from regulars.demo.terms import CURRENCY, FROM_THE_START, FROM_TODAY, POINTS, VALUE, ZONE
from regulars.journal.moves import Actor
from regulars.ledger.services import define_unit
from regulars.ledger.words import UnitKind
from regulars.members.services.cards import make_range
from regulars.members.services.consents import publish as publish_wording
from regulars.programme.services.terms import publish
from regulars.scorebook.moves import Wish
from regulars.scorebook.services.plans import plan

DEMO: Final = Actor.job("regulars demo")
CHAIN: Final = "Riverside Markets"
STAFF: Final = (  # role, name, mail address; a clerk works in one store
    ("marketer", "Maya Brandt", "maya@riverside.example"),
    ("analyst", "Anselm Roy", "anselm@riverside.example"),
    ("clerk", "Chen Jing 陈静", "chen@riverside.example"),
    ("support", "Sofia Alves", "sofia@riverside.example"),
    ("auditor", "Otto Lind", "otto@riverside.example"),
    ("administrator", "Ada Quinn", "ada@riverside.example"),
)


@dataclass(slots=True)
class State:
    """How far the demo has come; kept in a file that only its owner reads, since log-ins are in it."""

    until: str  # the last day that was sold on
    organisation: str = ""
    merchant: str = ""
    cards: str = ""  # the range of numbers
    wording: str = ""  # what people agree to
    stores: dict[str, str] = field(default_factory=dict)  # by name
    logins: list[dict[str, str]] = field(default_factory=list)
    bills: int = 0
    finished: list[str] = field(default_factory=list)

    @property
    def home(self) -> UUID:
        return UUID(self.organisation)

    @property
    def last_on(self) -> date:
        return date.fromisoformat(self.until)


def kept(path: Path) -> State | None:
    """What a demo before this one has done; its set-up counts where the database has it."""
    if not path.exists():
        return None
    state = State(**json.loads(path.read_text(encoding="utf-8")))
    if state.organisation and not Organisation.objects.filter(pk=state.home).exists():
        return State(state.until)
    return state


def keep(state: State, path: Path) -> None:
    half = path.with_suffix(".part")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(state), file, ensure_ascii=False)
    half.replace(path)


@transaction.atomic
def set_up(state: State, stores: Mapping[str, str], path: Path, *, begun: datetime, at: datetime) -> None:
    """Everything at once or nothing. `stores`: their numbers by name. The state is written before it is certain: a
    log-in that nobody was told would be lost."""
    told: dict[str, Any] = {"by": gate.HOUSE, "actor": DEMO, "at": at}
    home = found_organisation(CHAIN, zone=ZONE, **told)
    (merchant,) = open_merchants(home, [NewMerchant(CHAIN, ZONE, CURRENCY)], **told)
    opened = open_stores(merchant, [NewStore(name, number) for name, number in stores.items()], **told)
    state.organisation, state.merchant = str(home), str(merchant)
    state.stores = {name: str(number) for name, number in zip(stores, opened, strict=True)}
    plan(Wish(nightly=False), organisation=home, actor=DEMO, at=at)  # half of the bills would say nothing true
    define_unit(POINTS, "Points", zone=ZONE, actor=DEMO, at=at)
    define_unit(VALUE, "Gift card", kind=UnitKind.PAID, scale=2, currency=CURRENCY, zone=ZONE, actor=DEMO, at=at)
    for terms, begins_at in ((FROM_THE_START, begun), (FROM_TODAY, at)):
        for kind, code, document in terms:
            publish(kind, code, document, organisation=home, begins_at=begins_at, moving_in=True, actor=DEMO, at=at)
    cards = make_range(
        organisation=home, programme="club", name="Riverside card", prefix="6021", serial_digits=8, actor=DEMO, at=at
    )
    state.cards = str(cards)
    wording = publish_wording(
        organisation=home, purpose="marketing", language="en", version="1",
        text="Tell me of offers that suit me. I can stop this at any time.", actor=DEMO, at=at,
    )  # fmt: skip
    state.wording = str(wording)
    state.logins = [_hired(role, name, email, home, merchant, opened[0], told) for role, name, email in STAFF]
    keep(state, path)


def _hired(
    role: str, name: str, email: str, home: UUID, merchant: UUID, store: UUID, told: Mapping[str, Any]
) -> dict[str, str]:
    password = secrets.token_urlsafe(12)
    number = hire(email, name=name, password=password, **told)
    assign(role, Place(home, merchant, store) if role == "clerk" else Place(home), staff=number, **told)
    return {"role": role, "name": name, "email": email, "password": password}
