"""Everyone assigned with what they bought before and after: a row per customer, also for those who bought nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.uplift.errors import InBothArms, NoControlGroup, WrongCampaign
from regulars.insight.uplift.moves import CONTROL, TREATED, UNIVERSAL, Flags, Floats
from regulars.insight.uplift.windows import Window, spent, table_of

_CONTROL_NAMES: Final = ("control", "holdout", "hold-out", "nothing", "none", "no", "0", "false", "对照组", "对照")
_TREATED_NAMES: Final = ("treated", "treatment", "offer", "contacted", "test", "yes", "1", "true", "实验组", "试验组")
_COSTED: Final = 0.5  # of revenue: from here on the shop's own margin rate stands for lines without a cost


@dataclass(frozen=True, slots=True)
class Arms:
    """Arrays go together, one entry per assigned customer in the order of `customers`."""

    customers: Any  # Arrow array of texts
    treated: Flags
    sent: Flags | None
    reward_minor: Floats | None  # what each got, where the table says
    contact_minor: Floats | None  # what sending to each cost, where the table says
    groups: Mapping[str, Any]  # column → level of each customer, as an array of texts
    after: Mapping[str, Floats]
    before: Mapping[str, Floats]
    aside: Mapping[str, int]
    control_share: float | None  # as planned

    def __len__(self) -> int:
        return len(self.treated)


def arms(
    assigned: Any, lines: Any, *, engine: Engine, windows: Sequence[Window], grouped_by: Sequence[str] = ("stratum",)
) -> Arms:
    """`assigned` (customer, arm[, sent_on, reward_minor, contact_minor, control_share, …]) joined to the lines' say.

    `windows` are the days after and the days before, in this order. Whoever is not in the lines has bought nothing and
    counts all the same. Raises WrongCampaign, InBothArms, NoControlGroup.
    """
    table = table_of(assigned, "campaign_assigned", engine)
    missing = [name for name in ("customer", "arm") if name not in table.schema()]
    if missing:
        raise WrongCampaign(f"The assigned customers need the columns customer and arm; {missing} missing.")
    named = engine.keep("campaign_arms", named_arms(table, grouped_by))
    aside = _checked(named, engine)
    bought = spent(table_of(lines, "campaign_lines", engine), windows)
    inside = named.filter(named.arm.isin([TREATED, CONTROL]), named.customer.notnull())
    once = inside.group_by("customer").agg(**{c: inside[c].max() for c in inside.columns if c != "customer"})
    joined = once.left_join(bought, "customer").drop("customer_right").order_by("customer")
    found = engine.arrow(joined)
    return _arrays(found, windows, [name for name in grouped_by if name in table.schema()], aside)


def named_arms(table: ir.Table, grouped_by: Sequence[str] = ()) -> ir.Table:
    """The columns that count, with arms under the house's names."""
    said = table.arm.cast("string").strip().lower()
    arm = ibis.cases((said.isin(_CONTROL_NAMES), CONTROL), (said.isin(_TREATED_NAMES), TREATED), else_=said)
    columns: dict[str, Any] = {"customer": table.customer.cast("string"), "arm": arm}
    if "sent_on" in table.schema():
        columns["sent"] = table.sent_on.cast("string").fill_null("").strip() != ""
    for cost in ("reward_minor", "contact_minor"):
        if cost in table.schema():
            columns[cost] = table[cost].cast("float64").fill_null(0.0)
    if "control_share" in table.schema():
        columns["control_share"] = table.control_share.cast("float64")
    for name in grouped_by:
        if name in table.schema():
            columns[f"group_{name}"] = table[name].cast("string").fill_null("unknown")
    return table.select(**columns)


def _checked(named: ir.Table, engine: Engine) -> Mapping[str, int]:
    """Counts of rows that are in no arm; refuses arms that cannot be compared."""
    counted = engine.row(
        named.agg(
            rows=named.count(where=named.customer.notnull() & named.arm.isin([TREATED, CONTROL])),
            anonymous=named.count(where=named.customer.isnull()),
            universal=named.count(where=named.arm == UNIVERSAL),
            customers=named.customer.nunique(where=named.arm.isin([TREATED, CONTROL])),
        )
    )
    strange = named.filter(~named.arm.isin([TREATED, CONTROL, UNIVERSAL]) | named.arm.isnull())
    other = [str(row["arm"]) for row in engine.rows(strange.select("arm").distinct().limit(5))]
    if other:
        raise WrongCampaign(f"Arms are 'treated' and 'control' (or 'universal'); there are also {other}.", arms=other)
    _refuse_both(named, engine)
    sizes = {row["arm"]: row["n"] for row in engine.rows(named.group_by("arm").agg(n=named.customer.nunique()))}
    if sizes.get(CONTROL, 0) < 2:
        raise NoControlGroup(
            "There is no control group, so nobody can say what would have happened without the campaign. "
            "Leave some customers out next time (`regulars campaign assign`); for a weak look, see before_after."
        )
    if sizes.get(TREATED, 0) < 2:
        raise WrongCampaign("There are fewer than two treated customers.")
    repeated = counted["rows"] - counted["customers"]
    return {"anonymous": counted["anonymous"], "universal": counted["universal"], "repeated": repeated}


def _refuse_both(named: ir.Table, engine: Engine) -> None:
    per = named.filter(named.customer.notnull()).group_by("customer").agg(arms=named.arm.nunique())
    both = per.filter(per.arms > 1)
    count = engine.row(both.agg(n=both.count()))["n"]
    if count:
        some = [row["customer"] for row in engine.rows(both.order_by("customer").limit(5))]
        raise InBothArms(
            f"{count:,} customers are in more than one arm ({', '.join(some)} …): neither can count them. Take them "
            "out of both, and find out how that came about.",
            customers=count,
        )


def _arrays(found: pa.Table, windows: Sequence[Window], grouped_by: Sequence[str], aside: Mapping[str, int]) -> Arms:
    def floats(name: str) -> Floats:
        return np.nan_to_num(np.asarray(found[name].cast(pa.float64()).to_numpy(), dtype=np.float64))

    after, before = ({**_outcomes(floats, window)} for window in windows)
    rate = margin_rate(floats, windows)
    for outcomes, window in ((after, windows[0]), (before, windows[1])):
        if rate is not None:
            margin, uncosted = floats(f"{window.prefix}_margin_minor"), floats(f"{window.prefix}_uncosted_minor")
            outcomes["margin_minor"] = margin + rate * uncosted
    names = found.column_names
    shares = np.unique(floats("control_share")) if "control_share" in names else np.array([])
    return Arms(
        customers=found["customer"].combine_chunks(),
        treated=np.asarray(found["arm"].to_numpy() == TREATED),
        sent=_sent(found),
        reward_minor=floats("reward_minor") if "reward_minor" in names else None,
        contact_minor=floats("contact_minor") if "contact_minor" in names else None,
        groups={name: found[f"group_{name}"].to_numpy() for name in grouped_by},
        after=after,
        before=before,
        aside=aside,
        control_share=float(shares[0]) if len(shares) == 1 and 0 < shares[0] < 1 else None,
    )


def _sent(found: pa.Table) -> Flags | None:
    """Who was sent something; None where nothing says so. A day for everyone, the control group too, is the day of the
    campaign and no word about who was reached."""
    if "sent" not in found.column_names:
        return None
    sent = np.asarray(found["sent"].to_numpy(), dtype=np.bool_)
    return None if sent.all() else sent


def _outcomes(floats: Any, window: Window) -> dict[str, Floats]:
    purchases = floats(f"{window.prefix}_purchases")
    return {
        "buyers": (purchases > 0).astype(np.float64),
        "purchases": purchases,
        "revenue_minor": floats(f"{window.prefix}_revenue_minor"),
    }


def margin_rate(floats: Any, windows: Sequence[Window]) -> float | None:
    """Margin over revenue of lines with a known cost, in both windows and both arms; None where too few have one."""
    revenue = sum(float(floats(f"{w.prefix}_revenue_minor").sum()) for w in windows)
    uncosted = sum(float(floats(f"{w.prefix}_uncosted_minor").sum()) for w in windows)
    margin = sum(float(floats(f"{w.prefix}_margin_minor").sum()) for w in windows)
    costed = revenue - uncosted
    return margin / costed if revenue > 0 and costed >= _COSTED * revenue else None
