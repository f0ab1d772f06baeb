"""Texts to phones, through a gateway. Until one is set they go into a file: a line of JSON each.

REGULARS_TEXT_GATEWAY  module:function that gives a Gateway (none: the file texts.jsonl in the data folder's `outbox`)
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol

from django.conf import settings

from regulars.access.errors import WrongSetting
from regulars.basics.ids import typed
from regulars.outreach.channels.base import Outcome, Parcel
from regulars.outreach.templates.channels import SMS

GATEWAY: Final = "REGULARS_TEXT_GATEWAY"


@dataclass(frozen=True, slots=True)
class Text:
    """A text to a phone. `id` is the same at each try: a gateway that knows it sends nothing twice."""

    id: str
    to: str  # E.164
    sender: str  # as the organisation wants to be seen; empty: the gateway's own
    text: str
    segments: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What a gateway says of a text."""

    sent: bool
    problem: str = ""  # never the number
    permanent: bool = False
    unknown: bool = False  # nobody has this number


class Gateway(Protocol):
    """Who takes texts over. Raises base.Away where it cannot be reached."""

    def send(self, texts: Sequence[Text]) -> Iterator[Taken]:
        """Each in its order, as soon as it is certain."""


def outbox() -> Path:
    """The file that takes texts while there is no gateway."""
    return Path(settings.PLACE.data / "outbox" / "texts.jsonl")


def turn_over(path: Path, *, kept: timedelta, at: datetime) -> int:
    """Puts the file by under yesterday's date and takes those away that are older than they are kept; says how many.

    By a rename: whoever writes just now writes on in the file that was put by, and nothing is lost.
    """
    day = (at - timedelta(days=1)).date()
    if path.exists() and path.stat().st_size:
        aside = path.with_name(f"{path.stem}-{day.isoformat()}.jsonl")
        if not aside.exists():
            path.rename(aside)
    gone = 0
    for old in sorted(path.parent.glob(f"{path.stem}-????-??-??.jsonl")):
        if old.stem.removeprefix(f"{path.stem}-") < (at - kept).date().isoformat():
            old.unlink(missing_ok=True)
            gone += 1
    return gone


class FileGateway:
    """Writes texts into a file, each on stable storage before it counts as sent."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, texts: Sequence[Text]) -> Iterator[Taken]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            for one in texts:
                row = {"id": one.id, "to": one.to, "from": one.sender, "text": one.text, "segments": one.segments}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
                yield Taken(True)


class Texts:
    """The channel."""

    name = SMS

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def missing(self) -> str:
        return ""

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        texts = [
            Text(
                typed("msg", one.id),
                one.to,
                str(one.setting.get("sender", "")),
                one.said.text.strip(),
                one.said.segments.count,
            )
            for one in parcels
        ]
        for parcel, taken in zip(parcels, self._gateway.send(texts), strict=False):
            yield Outcome(parcel.id, taken.sent, taken.problem, taken.permanent, taken.unknown)


def gateway() -> Gateway:
    """By the environment. Raises WrongSetting."""
    named = os.environ.get(GATEWAY, "")
    if not named:
        return FileGateway(outbox())
    module, _, name = named.partition(":")
    try:
        found: Callable[[], Gateway] = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as wrong:
        raise WrongSetting(f"{GATEWAY} names module:function of this installation.", field=GATEWAY) from wrong
    return found()
