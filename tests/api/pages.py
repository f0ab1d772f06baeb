"""Pages whose examples run: `terms` blocks are published, `http` blocks asked, and the `json` block after one is part
of its answer. `$name` stands for an id; `http thing=id` keeps a field of the answer under a name."""

import json
import re
from pathlib import Path
from string import Template
from typing import Any

from tests.api.shop import Shop, promise

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```(terms|http|json)(?: ([^\n]*))?\n(.*?)^```", re.DOTALL | re.MULTILINE)


def run_page(name: str, shop: Shop, known: dict[str, str]) -> None:
    """Every example of the page, from top to bottom."""
    blocks = BLOCK.findall((DOCS / name).read_text(encoding="utf-8"))
    assert any(kind == "http" for kind, _, _ in blocks), "a page without an example"
    names, told = dict(known), None
    following = [kind for kind, _, _ in blocks[1:]] + [""]
    for (kind, words, text), after in zip(blocks, following, strict=True):
        body = Template(text).substitute(names)
        if kind == "terms":
            of, code = words.split()
            promise(shop.world, of, code, json.loads(body))
        elif kind == "json":
            assert part_of(json.loads(body), told), (body, told)
        else:
            told = _ask(shop, body, refused_too=after == "json")
            for pair in words.split():
                name, _, path = pair.partition("=")
                names[name] = _field(told, path)


def _ask(shop: Shop, text: str, *, refused_too: bool) -> Any:
    """What is answered; a refusal only where the page shows it."""
    first, _, body = text.partition("\n")
    method, path = first.split()
    asked = json.loads(body) if body.strip() else None
    path, _, query = path.partition("?")
    if method == "GET":
        pairs = (pair.split("=", 1) for pair in filter(None, query.split("&")))
        answer = shop.till.get(path, **dict(pairs))
    else:
        answer = shop.till.send(method, path + (f"?{query}" if query else ""), asked)
    assert answer.status_code < 300 or refused_too, (text, answer.content)
    return answer.json()


def _field(told: Any, path: str) -> str:
    for name in path.split("."):
        told = told[int(name)] if name.isdigit() else told[name]
    return str(told)


def part_of(expected: Any, told: Any) -> bool:
    """Whether everything expected was told; what else was told does not matter."""
    if isinstance(expected, dict):
        return isinstance(told, dict) and all(
            name in told and part_of(value, told[name]) for name, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(told, list)
            and len(expected) == len(told)
            and all(part_of(one, other) for one, other in zip(expected, told, strict=True))
        )
    return bool(expected == told)
