"""The chapter and the command: what a chain's lists say to people, in both languages, and to programs."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from markupsafe import Markup
from typer.testing import CliRunner

from regulars.cli import app
from regulars.history.engine import Engine
from regulars.history.lake import Lake
from regulars.history.read import look, open_files, take_in
from regulars.insight.nextbasket import NextBasketFound, evaluate, personal_lists
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.page import environment
from regulars.insight.report.sentences.next import chapter
from regulars.insight.report.words import Words
from regulars.sample.chain import make_chain
from regulars.sample.truth import Truth

pytestmark = pytest.mark.slow


class Chain:
    """A small sample chain in its lake, and what was found."""

    def __init__(self, folder: Path) -> None:
        self.truth: Truth = make_chain(folder / "chain", customers=800, shops=5, seed=7)
        self.lake = folder / "lake"
        with Engine() as engine, Lake(self.lake) as lake:
            opened = open_files([folder / "chain"], lake=lake, engine=engine, work=folder)
            take_in(look(opened, engine=engine), lake=lake, engine=engine, work=folder)
            lines = lake.lines(engine)
            self.found: NextBasketFound = evaluate(lines, engine, cut_off=self.truth.last_on, tries_max=1)
            model = replace(self.found, usable=True, used="model")
            lists = personal_lists(lines, engine, cut_off=self.truth.last_on, found=model)
            self.listed: list[dict[str, Any]] = engine.arrow(lists).to_pylist()


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    return Chain(tmp_path_factory.mktemp("next"))


def test_planted_cycles_come_up(chain: Chain) -> None:
    """What a customer was made to buy again and again stands on the list, unless the customer left."""
    staying = {row["customer"] for row in chain.truth.rows("customers") if row["left_on"] is None}
    late = str(chain.truth.last_on - timedelta(days=90))
    lively = {row["customer"] for row in chain.truth.rows("customers") if str(row["last_on"] or "") >= late}
    planted = {(r["customer"], r["product"]) for r in chain.truth.rows("cycles") if r["customer"] in staying & lively}
    listed = {(row["customer"], row["product"]) for row in chain.listed}
    assert len(planted) > 30
    assert len(planted & listed) / len(planted) > 0.9


def test_the_chapter_speaks_in_both_languages(chain: Chain) -> None:
    for lang in ("en", "zh"):
        for found in (chain.found, replace(chain.found, usable=False, used="global_top", why_not="x")):
            page = _page(found, lang)
            assert "<script" not in page
            assert page.count("<table") >= 1
    assert "not better than the plain list" in _page(replace(chain.found, usable=False, used="global_top"), "en")
    silent = chapter(SimpleNamespace(next_basket=None, unsaid={"next_basket": "too-short"}), _words("en"))  # type: ignore[arg-type]
    assert silent.unsaid is not None
    assert "too short" in silent.unsaid


def test_examples_name_nobody(chain: Chain) -> None:
    assert chain.found.examples is not None
    assert "customer" not in chain.found.examples.column_names
    assert set(chain.found.examples["example"].to_pylist()) == {1, 2, 3}


def test_the_command_writes_lists_and_says_how_they_did(chain: Chain, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    few = sorted({row["customer"] for row in chain.listed})[:3]
    people.write_text("Card no\n" + "\n".join(few) + "\n", encoding="utf-8")
    asked = ["next", "--lake", str(chain.lake), "--out", str(tmp_path / "out"), "--n", "4", "--json"]
    done = CliRunner().invoke(app, [*asked, "--customers", str(people), "--seconds", "1"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["used"] in {row["method"] for row in told["scores"]}
    rows = (tmp_path / "out" / "next_basket.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[0] == "customer,rank,product,product_name,score,reason,reason_product"
    assert {row.split(",")[0] for row in rows[1:]} == set(few)
    assert told["rows"] == len(rows) - 1 <= 12
    assert not list((tmp_path / "out").glob(".work-*"))


def _words(lang: str) -> Words:
    return Words(lang, Numbers(lang, "CNY", 2))


def _page(found: NextBasketFound, lang: str) -> str:
    words = _words(lang)
    told = chapter(SimpleNamespace(next_basket=found, unsaid={}), words)  # type: ignore[arg-type]
    says = Markup(" ").join(sentence.html for sentence in told.says)
    return str(says) + environment().get_template(told.template).render(t=words.t, n=words.n, shown=told.shown)
