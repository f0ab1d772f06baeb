"""The page: self-contained, accessible, honest, and unmoved by hostile names."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from tests.insight.report import cast
from tests.insight.report.reading import Page

from regulars.insight.findings import Findings
from regulars.insight.report.page import render, write_report

CAST: dict[str, Callable[[], Findings]] = {
    "tea chain": cast.tea_chain,
    "baskets only": cast.baskets_only,
    "nearly nothing": cast.nearly_nothing,
    "hostile": cast.hostile,
    "hollow": cast.hollow,
}
ALL = [(who, lang) for who in CAST for lang in ("en", "zh")]


@cache
def source(who: str, lang: str) -> str:
    return render(CAST[who](), lang=lang)


def said(who: str, lang: str = "en") -> str:
    """The words of the page on one line."""
    return " ".join(" ".join(Page(source(who, lang)).text).split())


@pytest.mark.parametrize(("who", "lang"), ALL)
def test_nothing_is_fetched_and_nothing_runs(who: str, lang: str) -> None:
    page = Page(source(who, lang))
    assert page.whole
    assert page.all("script", "link", "img", "iframe", "object", "base", "form") == []
    assert [name for _, attributes in page.elements for name in attributes if name.startswith("on")] == []
    reached = {value for name in ("href", "src", "xlink:href", "srcset", "action") for value in page.values(name)}
    assert {value for value in reached if not re.fullmatch(r"#[\w-]+|lists/\w+\.csv", value)} == set()
    assert re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org/)", source(who, lang)) is None


@pytest.mark.parametrize(("who", "lang"), ALL)
def test_the_page_can_be_read_by_ear(who: str, lang: str) -> None:
    page = Page(source(who, lang))
    assert page.all("html")[0][1]["lang"] == {"en": "en", "zh": "zh-Hans"}[lang]
    levels = [int(tag[1]) for tag, _ in page.all("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []
    assert len(page.all("table")) == len(page.all("caption"))
    pictures = [attributes for tag, attributes in page.all("svg") if attributes.get("aria-hidden") != "true"]
    assert [p for p in pictures if p.get("role") != "img" or len(p.get("aria-label", "")) < 15] == []
    identities = page.values("id")
    assert len(identities) == len(set(identities))
    wanted = {value[1:] for value in page.values("href") + page.values("aria-labelledby") if value.startswith("#")}
    assert wanted <= set(identities)


@pytest.mark.parametrize("who", ["tea chain", "hostile"])
def test_pictures_follow_the_theme(who: str) -> None:
    page = source(who, "en")
    assert "var(--brand)" in page
    assert re.findall(r"#0a000\d", page) == []
    style = page[page.index("<style>") : page.index("</style>")]
    inline = re.findall(r'(?:fill|stroke)="(#[0-9a-fA-F]{3,8})"', page.replace(style, ""))
    assert inline == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_names_are_text_and_nothing_more(lang: str) -> None:
    page = source("hostile", lang)
    assert "<script" not in page.lower()
    assert "&lt;script&gt;alert" in page
    assert "{0.__class__}" in page
    assert cast.UNBROKEN not in page  # endless names are cut where they stand in sentences
    assert cast.CHINESE in page


def test_first_screen_says_who_what_and_what_to_do() -> None:
    text = said("tea chain")
    for sentence in (
        "8,282 regulars bring 71% of your sales",
        "41% of 20,200 customers",
        "CN¥812,345 of the next 90 days’ sales",
        "Call or write to 2,222 customers who are slipping away",
        "lists/slipping.csv",
        "Half of all new customers come back within 66 days",
    ):
        assert sentence in text
    steps = source("tea chain", "en").split('<ol class="steps">')[1].split("</ol>")[0]
    assert 3 <= steps.count("<li>") <= 5


def test_pictures_come_with_what_they_mean_for_this_shop() -> None:
    text = said("tea chain")
    for sentence in (
        "The best 2.5% of your customers ( 505 people) bring 27% of your sales.",
        "505 VIPs bring 29% of the sales, CN¥7,090 each on average.",
        "2,222 customers ( 11% ) are late by their own rhythm; 27% are steady and 32% are gone.",
        "of 3,120 customers then called declining or lost, 81% did stay away.",
        "In the next 365 days your known customers are expected to bring CN¥5.93M",
        "Half of all new customers are back within 66 days.",
        "1,012,345 rows were read: 1,002,005 kept and 10,340 refused.",
    ):
        assert sentence in text


def test_a_missing_chapter_has_one_honest_line() -> None:
    text = said("nearly nothing")
    assert "Nobody is a regular yet" in text
    assert "The history is too short for this: there is no later period to check against." in text
    assert "This could not be worked out from the file ( a-code-from-the-future )." in text
    assert "Nobody is on this list." in text
    assert "None" not in text
    assert "nan" not in text.lower().split()


def test_where_no_model_serves_no_number_is_printed() -> None:
    whole = cast.tea_chain()
    assert whole.future is not None
    refused = replace(whole, future=replace(whole.future, chosen=None), unsaid={"future": "model-does-not-suit"})
    text = " ".join(Page(render(refused)).text)
    assert "do not suit this shop’s data" in text
    assert "are expected to bring" not in text
    assert "CN¥5.93M" not in text
    assert "what came" in text  # the check itself is still shown


def test_baskets_alone_make_a_page_of_their_chapter_and_how_they_were_read() -> None:
    page = Page(source("baskets only", "en"))
    sections = [attributes["id"] for tag, attributes in page.all("section") if "id" in attributes]
    assert sections == ["pairs", "reading", "method"]
    assert "regulars bring" not in said("baskets only")


# Names, codes and what the file itself says may stand in any language.
_FOREIGN = re.compile(
    r"Regulars|Riverside(?: Tea)?|Station|tills\.zip\S*|staff\.xlsx|lists/\S+|refused\.csv|mapping\.toml"
    r"|--mapping|card|Whole-bean coffee(?: 500 g|…)|Paper filters|Oat milk 1 l|Green tea|Honey"
    r"|Coffee|Tea|Milk|Sweet|Equipment|C1\d+|TEST-1|(?:Pareto|[MBG]+)/NBD|Gamma-Gamma|Kaplan–Meier|alpha|beta|a-code\S*|\b\w{1,2}\b|20241231-\w+"
)


@pytest.mark.parametrize("who", ["tea chain", "baskets only", "nearly nothing"])
def test_a_chinese_page_has_no_english_left(who: str) -> None:
    page = Page(source(who, "zh"))
    spoken = page.text + page.values("aria-label")
    left = [text for text in spoken if re.search(r"[A-Za-z]{3,}", _FOREIGN.sub("", text))]
    assert left == []


def test_the_english_is_found_where_there_is_some() -> None:
    assert re.search(r"[A-Za-z]{3,}", _FOREIGN.sub("", "The best of Riverside Tea"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_file_stays_small(tmp_path: Path, lang: str) -> None:
    path = write_report(cast.hostile(), tmp_path / "deep" / "report", lang=lang)
    assert path.name == "index.html"
    assert path.stat().st_size < 400_000
    assert path.read_text(encoding="utf-8") == source("hostile", lang)


def test_the_same_findings_make_the_same_page() -> None:
    assert render(cast.tea_chain()) == source("tea chain", "en")


def test_half_a_character_in_a_name_does_not_stop_the_page(tmp_path: Path) -> None:
    whole = cast.tea_chain()
    assert whole.shop is not None
    broken = replace(whole, shop=replace(whole.shop, name="caf\udce9"))
    assert "caf?" in write_report(broken, tmp_path).read_text(encoding="utf-8")


def test_a_fit_that_ran_off_shows_no_parameters() -> None:
    rows = source("tea chain", "en").split("Parameters, ± standard error")[1].split("</tr>")[0].split("<td")[1:]
    assert "alpha 4.414" in rows[0]
    assert re.sub("<[^>]*>", "", "<td" + rows[2]) == "–"


def test_what_was_left_out_is_said_by_its_kind() -> None:
    assert "staff.xlsx a list of members, not sales" in said("tea chain")
    assert "staff.xlsx 会员名单，不是销售记录" in said("tea chain", "zh")


def test_files_that_agree_share_a_row_and_their_reason_is_in_words() -> None:
    assert "Customer 会员号 , card its heading says so 2 files" in said("tea chain")
    assert "日期 标题如此，99% 的单元格是日期；日在前：多数日期只能这样读" in said("tea chain", "zh")


def test_a_short_horizon_says_why() -> None:
    whole = cast.tea_chain()
    assert whole.future is not None
    short = replace(whole, future=replace(whole.future, horizon_days=112, holdout_days=56))
    page = " ".join(" ".join(Page(render(short)).text).split())
    assert "In the next 112 days" in page
    assert "it is twice the 56 days on which" in page
    assert "Nothing is said beyond that" not in said("tea chain")


def test_stores_are_named_only_where_they_differ() -> None:
    assert "most often in Riverside , in 4.2% of baskets there" in said("tea chain")
    assert "By day of the week" not in said("tea chain")


def test_baskets_drawn_by_lot_say_so() -> None:
    whole = cast.tea_chain()
    assert whole.pairs is not None
    page = render(replace(whole, pairs=replace(whole.pairs, sampled=0.25)))
    assert "These baskets are <b>25%</b> of all" in page


def test_money_of_a_list_is_called_what_it_is() -> None:
    page = said("tea chain")
    assert "a year at stake" in page
    assert "a year, while they came" in page
    assert "in the last year" in page
