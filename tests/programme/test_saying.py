"""Every kind of terms reads as a sentence in both languages: that of its example in the docs, which shows it."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.api.shop import open_shop
from tests.api.world import Till, make_world

from regulars.programme.moves import Version
from regulars.programme.saying import sentence
from regulars.programme.terms import kind as kind_of
from regulars.programme.terms import kinds
from regulars.rules.sentences.words import Language, Words

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLE = re.compile(r"^```terms ([\w-]+) ([\w-]+)\n(.*?)^```\n(?:\n> ([^\n]+)\n)?", re.MULTILINE | re.DOTALL)
EXAMPLES = [one.groups() for page in sorted(DOCS.glob("*.md")) for one in EXAMPLE.finditer(page.read_text("utf-8"))]
NAMES = {"role": {"administrator": "Administrator"}}
AT = datetime(2026, 5, 4, 12, tzinfo=UTC)


def version(kind: str, code: str, document: dict[str, Any]) -> Version:
    return Version(UUID(int=1), kind, code, 1, AT, None, kind_of(kind).read(document))


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_reads_in_both_languages(kind: str) -> None:
    found = [one for one in EXAMPLES if one[0] == kind]
    assert found, "no example in the docs"
    for _, code, text, shown in found:
        one = version(kind, code, json.loads(text))
        english, chinese = (sentence(one, Words(language, NAMES)) for language in Language)
        assert english.endswith(".")
        assert chinese.endswith("。")
        assert re.search(r"[\u4e00-\u9fff]", chinese)
        assert not re.search(r"\{|None|; ;|；；|  ", english + chinese)
        assert shown in (None, english)


def test_roles_and_what_one_opts_into_are_said_by_name(db: None) -> None:
    world = make_world()
    open_shop(world)
    office = Till(world.key("administrator"))

    def published(kind: str, code: str, document: dict[str, Any]) -> str:
        made = office.done("/programme/terms", {"kind": kind, "code": code, "document": document})
        return str(office.get(f"/programme/terms/{made['id']}", language="zh-hans").json()["sentence"])

    may = {"units": {"points": {"per_deed": 20, "per_day": 50}}, "reasons": ["迟到"]}
    assert published("goodwill", "clerk", may).startswith(
        "担任柜台店员者每人可当场赠送每次最多20积分、每天最多50积分；"
    )
    assert published("offer", "winter", {"name": "冬日"}) == "冬日：会员报名参加。"
    given = {"type": "fixed", "units": 5}
    rule = {"unit": "points", "award": given, "occasions": ["visit"], "conditions": {"who": {"enrolled_in": "winter"}}}
    assert published("earn", "visits", rule) == "会员visit时得5积分；限已参加冬日的会员。"
    refused = office.post("/programme/terms", {"kind": "goodwill", "code": "cook", "document": may})
    assert (refused.status_code, refused.json()["code"]) == (422, "wrong-terms")
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/code"]
