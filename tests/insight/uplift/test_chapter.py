"""The chapter on campaigns says what was found, in both languages, and no more."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pytest
from tests.insight.uplift.given import FROM_ON, UNTIL_ON, campaign

from regulars.history.engine import Engine
from regulars.insight.findings import Findings
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.page import environment
from regulars.insight.report.sentences.campaign import chapter
from regulars.insight.report.words import Words
from regulars.insight.uplift.campaigning import campaigns
from regulars.insight.uplift.found import CampaignFound


def told(found: CampaignFound | None, lang: str) -> tuple[Any, str]:
    words = Words(lang, Numbers(lang, "USD", 2))
    written = chapter(cast(Findings, SimpleNamespace(campaign=found, unsaid={})), words)
    page = ""
    if written.unsaid is None:
        page = environment().get_template("campaign.html").render(shown=written.shown, t=words.t, n=words.n)
    return written, page


def sent(assigned: pa.Table) -> pa.Table:
    return assigned.append_column("sent_on", pa.array([FROM_ON.isoformat()] * assigned.num_rows))


@pytest.fixture(scope="module")
def found() -> CampaignFound:
    worked, lines, _ = campaign(3000, seed=1, lift=0.5)
    lines = pa.concat_tables([lines])
    alone = worked.filter(pa.array([arm == "treated" for arm in worked["arm"].to_pylist()]))
    strange = worked.set_column(1, "arm", pa.array(["maybe"] * worked.num_rows))
    given = {"<spring>": sent(worked), "nobody left out": sent(alone), "strange": sent(strange)}
    with Engine() as engine:
        return campaigns(given, lines, engine=engine, cut_off=UNTIL_ON + timedelta(days=5), contact_cost_minor=5)


def test_each_campaign_is_judged_by_what_its_file_allows(found: CampaignFound) -> None:
    by_name = {one.name: one for one in found.campaigns}
    worked = by_name["<spring>"]
    assert worked.result is not None
    assert worked.result.conclusion == "works"
    assert (worked.from_on, worked.until_on) == (FROM_ON, UNTIL_ON)
    assert by_name["nobody left out"].result is None
    assert by_name["nobody left out"].refused in ("no-control-group", "wrong-campaign")
    assert by_name["strange"].refused == "wrong-campaign"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_chapter_shows_them_and_escapes_their_names(found: CampaignFound, lang: str) -> None:
    written, page = told(found, lang)
    assert len(written.shown["campaigns"]) == 3
    assert "<spring>" not in page
    assert "&lt;spring&gt;" in page
    assert page.count("<table>") == page.count("<caption>") == 1
    assert "svg" in page
    if lang == "en":
        assert "worked: it brought" in written.shown["campaigns"][0]["conclusion"].plain


def test_without_campaigns_it_says_what_to_do() -> None:
    written, _ = told(None, "en")
    assert "regulars campaign assign" in written.unsaid.plain
