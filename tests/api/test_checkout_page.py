"""The examples on docs/checkout.md are sent as they stand, and answered as it says."""

import json
import re
from pathlib import Path
from typing import Any

from tests.api.shop import PER_TEN, POINTS, open_shop, promise
from tests.api.world import Till, World

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "checkout.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```json (purchase|answer|return|back) (\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def like(told: Any, expected: Any) -> bool:
    """Whether an answer has all that is expected; a list has as many."""
    if isinstance(expected, dict):
        return all(like(told[name], value) for name, value in expected.items())
    if isinstance(expected, list):
        return len(told) == len(expected) and all(like(one, two) for one, two in zip(told, expected, strict=True))
    return bool(told == expected)


def test_the_page_does_what_it_says(world: World) -> None:
    shop = open_shop(world)
    promise(world, "earn", "base", PER_TEN)
    promise(world, "points-payment", "points", POINTS)
    till = Till(world.key("till", merchant=world.merchant))
    done: dict[str, Any] = {}
    seen = 0
    for kind, name, text in BLOCK.findall(PAGE):
        body = json.loads(text.replace("MEMBER", shop.member))
        if kind == "purchase":
            done[name] = till.done("/purchases", body)
        elif kind == "return":
            done[name] = till.done(f"/purchases/{done[name]['id']}/returns", body)
        else:
            assert like(done[name], body), (name, done[name])
            seen += 1
    assert seen == PAGE.count("```json answer") + PAGE.count("```json back") == 3
    assert shop.till.get(f"/members/{shop.member}/balances").json()["items"][0]["available"] == 0
