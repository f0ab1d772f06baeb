"""The economics of complaints: `complaints_of`."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.complaints.columns import Complaints, complaints_in
from regulars.insight.complaints.found import BORROWED, ComplaintsFound, Group
from regulars.insight.complaints.gaps import gap_of
from regulars.insight.complaints.matching import Matched, matched, outcomes, pool_of
from regulars.insight.settings import WrongSetting
from regulars.insight.survey.found import Estimate
from regulars.insight.survey.intervals import mean_of, share_of
from regulars.insight.survey.purchases import Around, Flags, around, linked, span, until
from regulars.insight.survey.reading import Floats, answers_table
from regulars.insight.survey.shapes import floats
from regulars.insight.visits import days as purchase_days

WINDOW_DAYS: Final = 180
YEAR: Final = 365
LOST_PER_TOLD: Final = 0.01
OWN_FROM: Final = 30  # complaints of a group; below that its figures are borrowed
RECENT_DAYS: Final = 90
_TALKATIVE: Final = 20


def complaints_of(
    given: Path | Any,
    lines: ir.Table | None,
    engine: Engine,
    cut_off: date,
    *,
    work: Path | None = None,
    days: ir.Table | None = None,
    names: ir.Table | None = None,
    clv: ir.Table | None = None,
    lost_per_told: float = LOST_PER_TOLD,
    window_days: int = WINDOW_DAYS,
) -> ComplaintsFound:
    """What complaints cost and which to answer first.

    `given`: a path (with `work`, a folder) or a table, a row per complaint. `days`, `names`: see `survey_of`. `clv`
    (customer as the lines write it, clv_minor) is each customer's worth; without it, what they spent in the year up to
    the complaint stands for it. `lost_per_told`: customers lost for each person told, an assumption. Complaints after
    `cut_off` are left out. Raises WrongSurvey, WrongColumns, WrongSetting, NoSuchFile.
    """
    if not 0 <= lost_per_told <= 1:
        raise WrongSetting(f"Lost per person told must be a share of 0 to 1, not {lost_per_told}.")
    all_given = complaints_in(answers_table(given, engine, work), engine)
    purchased = days if days is not None else purchase_days(lines)
    seen = until(purchased, cut_off)
    ours, left_out = _counted(all_given, cut_off)
    people = linked(ours.customers, seen, engine, names, "complaints")
    year = around(people, ours.on, seen, engine, before_days=YEAR, after_days=1, name="complaints")
    length, state, twins, able = _followed(ours, people, seen, engine, cut_off, window_days)
    groups = _groups(ours, state, twins, able)
    values, basis = _values(people, year, clv, engine, len(ours.on))
    risk = _at_risk(ours, year.known, values, groups, lost_per_told)
    lately = ours.on > np.datetime64(cut_off, "D") - YEAR
    queue, queue_basis = _queue(ours, year.known, values, risk, cut_off)
    known = ours.customers.filter(pa.array(year.known))
    return ComplaintsFound(
        complaints=len(ours.on),
        customers=len(known.unique()),
        unlinked=int((~year.known).sum()),
        first_on=ours.on.min().item() if len(ours.on) else None,
        last_on=ours.on.max().item() if len(ours.on) else None,
        after_days=length,
        before_days=length,
        groups=groups,
        topics=_topics(ours),
        balance=_balance(twins),
        lost_per_told=lost_per_told,
        value_basis=basis,
        mean_value_minor=round(float(values[year.known].mean())) if year.known.any() else 0,
        at_risk_minor=round(float((risk["own"] + risk["told"])[lately].sum())),
        own_minor=round(float(risk["own"][lately].sum())),
        own_low_minor=round(float(risk["own_low"][lately].sum())),
        own_high_minor=round(float(risk["own_high"][lately].sum())),
        told_minor=round(float(risk["told"][lately].sum())),
        at_risk_complaints=int((lately & year.known).sum()),
        queue=queue,
        queue_basis=queue_basis,
        left_out=left_out,
        unsaid={} if twins is not None and twins.found.any() else {"after": "too-short-after"},
    )


def _counted(given: Complaints, cut_off: date) -> tuple[Complaints, dict[str, int]]:
    """Those of a known day up to the cut-off, and how many are left out by reason."""
    dated, late = ~np.isnat(given.on), given.on > np.datetime64(cut_off, "D")
    left_out = {"no-day": int((~dated).sum()), "after-cut-off": int(late.sum()), "repeated": given.repeated}
    return _chosen(given, dated & ~late), left_out


def _chosen(given: Complaints, inside: Flags) -> Complaints:
    return Complaints(
        given.customers.filter(pa.array(inside)),
        given.on[inside],
        [about for about, one in zip(given.about, inside, strict=True) if one],
        given.content[inside],
        given.told[inside],
        given.open[inside] if given.open is not None else None,
    )


def _followed(
    ours: Complaints, people: ir.Table, days: ir.Table, engine: Engine, cut_off: date, window_days: int
) -> tuple[int, Around, Matched | None, Flags]:
    """Complaints with complete times before and after, shortened to a quarter of the history where that is short."""
    history = span(days, engine)
    size = len(ours.on)
    whole = (history[1] - history[0]).days if history else 0
    length = max(1, min(window_days, whole // 4))
    state = around(people, ours.on, days, engine, before_days=length, after_days=length, name="complaints")
    if history is None or not size:
        return length, state, None, np.zeros(size, dtype=bool)
    early = ours.on - np.datetime64(history[0], "D") >= np.timedelta64(length, "D")
    late = np.datetime64(cut_off, "D") - ours.on >= np.timedelta64(length, "D")
    able = state.known & early & late & (state.visits_before > 0)
    if not able.any():
        return length, state, None, able
    pool = pool_of(days, people, ours.on, engine)
    twins = matched(state.of(able), ours.on[able], pool, before_days=length, after_days=length)
    return length, state.of(able), twins, able


def _numbered(customers: Any) -> Any:
    """A number per customer, −1 for a complaint that names none."""
    return customers.dictionary_encode().indices.fill_null(-1).to_numpy()


def _groups(ours: Complaints, state: Around, twins: Matched | None, able: Flags) -> dict[str, Group]:
    customers = _numbered(ours.customers)
    return {
        name: _group(name, ours, said, state, twins, able, customers)
        for name, said in (("content", ours.content == 1), ("discontent", ours.content == 0))
    }


def _group(
    name: str, ours: Complaints, said: Flags, state: Around, twins: Matched | None, able: Flags, customers: Any
) -> Group:
    """`state` and `twins` are of the complaints that are `able` to be followed."""
    inside = said[able] & twins.found if twins is not None else np.zeros(0, dtype=bool)
    did = outcomes(state) if twins is not None else {}
    n = int(inside.sum())
    shares = {key: share_of(int(values[inside].sum()), n) for key, values in did.items() if n}
    gaps: dict[str, Estimate | None] = {}
    if twins is not None:
        gaps = {key: gap_of(values, twins.pairs, key, customers[able], inside) for key, values in did.items()}
    told = ours.told[said & np.isfinite(ours.told)]
    enough, gap = n >= OWN_FROM, gaps.get("stopped")
    borrowed = BORROWED[name]
    return Group(
        name=name,
        complaints=int(said.sum()),
        followed=n,
        stopped=shares.get("stopped"),
        less=shares.get("less"),
        more=shares.get("more"),
        stopped_more=gap,
        less_more=gaps.get("less"),
        more_more=gaps.get("more"),
        told=mean_of(told),
        told_20=share_of(int((told >= _TALKATIVE).sum()), len(told)) if len(told) else None,
        stop_used=max(0.0, gap.value) if enough and gap else borrowed["stopped"],
        stop_low=max(0.0, gap.low) if enough and gap else borrowed["stopped"],
        stop_high=max(0.0, gap.high) if enough and gap else borrowed["stopped"],
        stop_source="own" if enough and gap else "borrowed",
        told_used=float(told.mean()) if len(told) >= OWN_FROM else borrowed["told"],
        told_source="own" if len(told) >= OWN_FROM else "borrowed",
    )


def _values(people: ir.Table, year: Around, clv: ir.Table | None, engine: Engine, size: int) -> tuple[Floats, str]:
    """Worth of each complaint's customer, in minor units."""
    if clv is None:
        return np.maximum(year.spend_before, 0.0), "yearly_spend"
    both = engine.arrow(people.inner_join(clv.select("customer", "clv_minor"), "customer").select("at", "clv_minor"))
    values = np.zeros(size)
    values[both["at"].to_numpy()] = np.nan_to_num(both["clv_minor"].cast(pa.float64()).to_numpy(zero_copy_only=False))
    return np.maximum(values, 0.0), "clv"


def _at_risk(
    ours: Complaints, known: Flags, values: Floats, groups: Mapping[str, Group], lost_per_told: float
) -> dict[str, Floats]:
    """Own custom: extra chance of stopping × worth. That of others: told × lost per person told × mean worth.

    A complaint without an answer yet is reckoned as one that will not be answered well.
    """
    mean = float(values[known].mean()) if known.any() else 0.0
    good, bad = groups["content"], groups["discontent"]
    content = ours.content == 1
    told = np.where(np.isfinite(ours.told), ours.told, np.where(content, good.told_used, bad.told_used))
    own = {
        name: np.where(content, of_good, of_bad) * values * known
        for name, of_good, of_bad in (
            ("own", good.stop_used, bad.stop_used),
            ("own_low", good.stop_low, bad.stop_low),
            ("own_high", good.stop_high, bad.stop_high),
        )
    }
    return {**own, "told": told * lost_per_told * mean * known}


def _queue(
    ours: Complaints, known: Flags, values: Floats, risk: Mapping[str, Floats], cut_off: date
) -> tuple[pa.Table, str]:
    """Open complaints, or discontent ones of late where the file does not say which are open; dearest first."""
    recent = ours.on > np.datetime64(cut_off, "D") - RECENT_DAYS
    basis = "open" if ours.open is not None else "recent"
    inside = ours.open if ours.open is not None else recent & (ours.content != 1)
    places = np.flatnonzero(inside & known)
    whole = np.rint(risk["own"]) + np.rint(risk["told"])
    places = places[np.lexsort((places, -whole[places]))]

    def money(column: Floats) -> Any:
        return pa.array(np.rint(column[places]).astype(np.int64))

    table = pa.table(
        {
            "rank": pa.array(np.arange(1, len(places) + 1)),
            "customer": ours.customers.take(pa.array(places)),
            "complained_on": pa.array(ours.on[places]),
            "about": pa.array([ours.about[int(place)] for place in places], pa.string()),
            "value_minor": money(values),
            "own_minor": money(risk["own"]),
            "told_minor": money(risk["told"]),
            "at_risk_minor": money(whole),
        }
    )
    return table, basis


def _topics(ours: Complaints) -> pa.Table:
    """Complaints by what they are about, and how many of the answered ones were not answered well."""
    rows = []
    about = np.array([topic or "" for topic in ours.about], dtype=object)
    for topic in sorted(set(about.tolist()) - {""}):
        inside = about == topic
        answered = inside & np.isfinite(ours.content)
        share = share_of(int((ours.content[answered] == 0).sum()), int(answered.sum()))
        row = {"about": str(topic), "complaints": int(inside.sum()), "discontent_share": share.value}
        rows.append(row | {"low": share.low, "high": share.high})
    names: list[tuple[str, pa.DataType]] = [("about", pa.string()), ("complaints", pa.int64())]
    schema = pa.schema([*names, *floats(("discontent_share", "low", "high"))])
    return pa.Table.from_pylist(sorted(rows, key=lambda row: (-row["complaints"], row["about"])), schema=schema)


def _balance(twins: Matched | None) -> pa.Table:
    """Standardised differences between complainers and others, before and after matching."""
    names = ("recency", "visits", "spend", "spend_a_visit")
    if twins is None or twins.found.sum() < 2 or len(twins.of_anybody) < 2:
        return pa.table({"measure": pa.array([], pa.string()), "before": pa.array([], pa.float64()),
                         "matched": pa.array([], pa.float64())})  # fmt: skip
    own, everyone = twins.measures[twins.found], twins.of_anybody
    spread = np.maximum(np.sqrt((own.var(axis=0) + everyone.var(axis=0)) / 2), 1e-9)
    before = (own.mean(axis=0) - everyone.mean(axis=0)) / spread
    after = (own.mean(axis=0) - twins.of_matches[twins.found].mean(axis=0)) / spread
    return pa.table({"measure": list(names), "before": before, "matched": after})
