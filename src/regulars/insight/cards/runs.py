"""Runs kept as plain JSON: the model's parameters, how to read its columns, and its card. No pickle, no clock.

A run's id is a hash of its data and settings: the same data asked the same way is the same run. In a folder of runs
each has a folder of its own with run.json, card.json and card.html; `number` counts them in the order they were kept.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from regulars.insight.cards.card import card_of
from regulars.insight.cards.content import CardContent
from regulars.insight.cards.drift import profile_of
from regulars.insight.cards.errors import NoSuchRun, NotARun, RunNewer
from regulars.insight.scoring.errors import NotAScoreModel
from regulars.insight.scoring.model import ScoreModel

VERSION: Final = 1
RUN, CARD, PAGE = "run.json", "card.json", "card.html"  # in the folder of each run
_ID_LETTERS: Final = 12


@dataclass(frozen=True, slots=True)
class Run:
    """A model that can be used again. `plain` is what the file holds."""

    plain: Mapping[str, Any]
    model: ScoreModel

    @property
    def id(self) -> str:
        return str(self.plain["id"])

    @property
    def kind(self) -> str:
        """What the model reads: "table", "events" or "lines"."""
        return str(self.plain["reads"])

    @property
    def question(self) -> str:
        """What it foretells: runs of one question are compared."""
        return str(self.plain.get("question", self.plain["target"]))

    @property
    def card(self) -> Mapping[str, Any]:
        card: Mapping[str, Any] = self.plain["card"]
        return card

    @property
    def reading(self) -> Mapping[str, Any]:
        """How the columns are read, as whoever learned the model left it."""
        reading: Mapping[str, Any] = self.plain["reading"]
        return reading


def run_id(content: CardContent) -> str:
    """A hash of what was learned from and how it was asked."""
    told = [content.kind, _question(content), [list(source) for source in content.sources], dict(content.settings)]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LETTERS]


def save_run(folder: Path, content: CardContent) -> Run:
    """Keeps the model and its card, with the drift since the last run of the same target before, in `folder`/ID.

    Saved again, a run stays as it was but for its card. An unfinished write never takes the place of a whole file.
    """
    identity = run_id(content)
    others = [run for run in list_runs(folder) if run.id != identity]
    here = folder / identity / RUN
    number = (
        _loaded(here)["number"] if here.exists() else 1 + max((int(run.plain["number"]) for run in others), default=0)
    )
    before = [run for run in others if _same(run, content) and int(run.plain["number"]) < number]
    former = max(before, key=lambda run: int(run.plain["number"])).plain if before else None
    plain = {
        "kind": "regulars-run",
        "version": VERSION,
        "id": identity,
        "number": number,
        "reads": content.kind,
        "target": content.target,
        "question": _question(content),
        "settings": dict(content.settings),
        "reading": dict(content.reading),
        "model": content.learned.model.to_plain(),
        "profile": profile_of(content.scored, content.probability),
        "card": card_of(content, former),
    }
    _written(here, plain)
    _written(here.with_name(CARD), plain["card"] | {"run": identity})
    return Run(plain, content.learned.model)


def read_run(folder: Path, identity: str) -> Run:
    """The run of that id, or of one beginning so. Raises NoSuchRun, NotARun, RunNewer."""
    return _read(find_run(folder, identity) / RUN)


def find_run(folder: Path, identity: str) -> Path:
    """The folder of that run. Raises NoSuchRun."""
    found = sorted(path.parent.name for path in folder.glob(f"*/{RUN}"))
    alike = [name for name in found if name == identity] or [n for n in found if identity and n.startswith(identity)]
    if len(alike) != 1:
        have = ", ".join(found) or "none"
        which = "Several runs begin with" if alike else "There is no run"
        raise NoSuchRun(f"{which} {identity!r} in {folder}; there: {have}.", runs=found)
    return folder / alike[0]


def list_runs(folder: Path) -> list[Run]:
    """All runs of a folder, in the order they were kept. Raises NotARun, RunNewer."""
    runs = [_read(path) for path in sorted(folder.glob(f"*/{RUN}"))]
    return sorted(runs, key=lambda run: int(run.plain["number"]))


def _same(run: Run, content: CardContent) -> bool:
    return run.kind == content.kind and run.question == _question(content)


def _question(content: CardContent) -> str:
    return content.question or content.target


def _read(path: Path) -> Run:
    plain = _loaded(path)
    try:
        return Run(plain, ScoreModel.from_plain(plain["model"]))
    except NotAScoreModel as broken:
        raise NotARun(f"{path}: {broken}", path=str(path)) from broken


def _loaded(path: Path) -> dict[str, Any]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as broken:
        raise NotARun(f"{path} cannot be read ({broken}). Learn the model again.", path=str(path)) from broken
    if not isinstance(plain, dict) or plain.get("kind") != "regulars-run":
        raise NotARun(f"{path} is no saved run.", path=str(path))
    version = plain.get("version")
    if not isinstance(version, int) or version < 1:
        raise NotARun(f"{path} says no version that there ever was ({version!r}).", path=str(path))
    if version > VERSION:
        raise RunNewer(
            f"{path} was kept by a later version of Regulars (form {version}; this one reads {VERSION}). Use that one.",
            path=str(path),
        )
    needed = {"id", "number", "reads", "target", "reading", "model", "profile", "card"}
    if needed - plain.keys():
        raise NotARun(
            f"{path} lacks {', '.join(sorted(needed - plain.keys()))}. Learn the model again.", path=str(path)
        )
    return plain


def unfinished(name: str) -> str:
    """Where a file is written before it takes its name."""
    return f".{name}.new"


def _written(path: Path, plain: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(unfinished(path.name))
    new.write_text(json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False), encoding="utf-8")
    os.replace(new, path)
