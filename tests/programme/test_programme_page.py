"""The rules on docs/programme.md are published, read as it says, and earn what it says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.api.shop import open_shop
from tests.api.world import Till, World, make_world

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "programme.md").read_text(encoding="utf-8")
RULE = re.compile(r"^```json earn (\w+)\n(.*?)^```\n\n> ([^\n]*)$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```json (?P<name>simulation|answer)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
PUBLISHED = re.compile(r"^curl [^\n]*/programme/terms [^\n]*\n  -d '([^']*)'$", re.MULTILINE)
LADDER = {"levels": [{"code": "member"}, {"code": "gold", "name": "Gold", "reach": [{"points": 100}]}]}


def rules() -> list[tuple[str, dict[str, Any], str]]:
    return [(one[1], json.loads(one[2]), one[3]) for one in RULE.finditer(PAGE)]


@pytest.fixture
def office(db: None) -> Till:
    world: World = make_world()
    open_shop(world)
    administrator = Till(world.key("administrator"))
    administrator.done("/programme/terms", {"kind": "ladder", "code": "status", "document": LADDER})
    return administrator


def test_the_page_does_what_it_says(office: Till) -> None:
    listed = rules()
    assert len(listed) == PAGE.count("```json earn ") == 6
    for code, rule, sentence in listed:
        assert office.done("/programme/terms", {"kind": "earn", "code": code, "document": rule})["sentence"] == sentence
    blocks = {one["name"]: json.loads(one["text"]) for one in BLOCK.finditer(PAGE)}
    drafts = [{"kind": "earn", "code": code, "document": rule} for code, rule, _ in listed]
    told = office.look("/programme/simulations", blocks["simulation"] | {"drafts": drafts}).json()
    for part, expected in blocks["answer"].items():
        names = expected[0].keys()
        assert [{name: one[name] for name in names} for one in told[part]] == expected


def test_the_page_publishes_as_it_says(office: Till) -> None:
    [body] = PUBLISHED.findall(PAGE)
    assert office.done("/programme/terms", json.loads(body))["version"] == 1
