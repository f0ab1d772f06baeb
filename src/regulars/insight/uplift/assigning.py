"""Who is contacted and who is left out: decided by a hash, so that it is the same on every machine and next year too.

SHA-256 of salt | campaign | customer, in hexadecimal: fixed-length digits sort as the numbers they stand for, so that a
share is a comparison with a threshold. Nothing is stored and nothing drawn.
"""

from collections.abc import Sequence
from math import floor
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from regulars.history.engine import Engine
from regulars.insight.frames import like
from regulars.insight.uplift.errors import WrongCampaign
from regulars.insight.uplift.moves import CONTROL, TREATED, UNIVERSAL
from regulars.insight.uplift.windows import table_of

DIGITS: Final = 13  # of the hash that count: 52 bits, so that a share of them is exact in a float


def _sha256(text: str) -> str:  # type: ignore[empty-body]
    """The engine's own."""


sha256: Any = ibis.udf.scalar.builtin(name="sha256")(_sha256)


def assign(
    customers: Any,
    *,
    name: str,
    share: float,
    strata: Sequence[str] = (),
    salt: str = "",
    universal_share: float = 0.0,
    universal_salt: str = "universal",
    engine: Engine | None = None,
) -> Any:
    """customer, stratum, arm (treated, control, universal), how (ranked, hashed), campaign, control_share.

    `customers` has `customer` and the columns named in `strata`; other columns are ignored, a customer stands once
    however often the table names them, rows without one are left out. `share` is the control group's.

    With `strata` the customers of a stratum are ranked by their hash and the first of them are the control group: its
    size is off `share` by less than one in every stratum ("ranked"; the same for the same table in any order). Without,
    each customer's own hash decides alone ("hashed"): use it for who arrives later, whose arm then depends on nobody
    else. `universal_share` of all people, the same in every campaign with that `universal_salt`, get nothing from any:
    they are in neither arm. Ibis tables need their `engine` and give an expression; others give their own kind.
    Raises WrongCampaign.
    """
    _check(name, share, universal_share, salt)
    if isinstance(customers, ir.Table):
        return _assigned(customers, name, share, strata, salt, universal_share, universal_salt)
    with Engine() as own:
        working = engine or own
        table = table_of(customers, "campaign_customers", working)
        chosen = _assigned(table, name, share, strata, salt, universal_share, universal_salt)
        return like(working.arrow(chosen.order_by("customer")), customers)


def _check(name: str, share: float, universal_share: float, salt: str) -> None:
    if not name or "|" in name or "|" in salt:
        raise WrongCampaign(
            f"A campaign needs a name, and neither name nor salt may hold a bar (|): {name!r}, {salt!r}."
        )
    if not 0 < share < 1:
        raise WrongCampaign(f"The control group's share must lie between 0 and 1, not {share}.", share=share)
    if not 0 <= universal_share < 1:
        raise WrongCampaign(f"The universal holdout's share must be 0 or more and below 1, not {universal_share}.")


def _assigned(
    customers: ir.Table, name: str, share: float, strata: Sequence[str], salt: str, kept_out: float, kept_salt: str
) -> ir.Table:
    missing = [column for column in ("customer", *strata) if column not in customers.schema()]
    if missing:
        raise WrongCampaign(f"The customers have no column {missing}; they have {sorted(customers.schema().names)}.")
    once = _once(customers, strata)
    marked = once.mutate(
        draw=_digits(once.customer, salt, name),
        universal=_digits(once.customer, kept_salt, "*") < _threshold(kept_out),
    )
    in_control = _ranked(marked, share) if strata else marked.draw < _threshold(share)
    arm = ibis.cases((marked.universal, UNIVERSAL), (in_control, CONTROL), else_=TREATED)
    return marked.select(
        "customer",
        "stratum",
        arm=arm,
        how=ibis.literal("ranked" if strata else "hashed"),
        campaign=ibis.literal(name),
        control_share=ibis.literal(float(share)),
    )


def _once(customers: ir.Table, strata: Sequence[str]) -> ir.Table:
    """Each customer once; a stratum is the values of its columns, joined."""
    known = customers.filter(customers.customer.notnull())
    parts = [known[column].cast("string").fill_null("unknown") for column in strata]
    stratum = parts[0] if parts else ibis.literal("all")
    for part in parts[1:]:
        stratum = stratum + " × " + part
    named = known.select(customer=known.customer.cast("string"), stratum=stratum)
    return named.group_by("customer").agg(stratum=named.stratum.min())


def _digits(customer: ir.StringValue, salt: str, campaign: str) -> ir.StringValue:
    return sha256(ibis.literal(f"{salt}|{campaign}|") + customer).substr(0, DIGITS)


def _threshold(share: float) -> str:
    """The hash below which `share` of all hashes lie.

    >>> _threshold(0.5), _threshold(0.0)
    ('8000000000000', '0000000000000')
    """
    return f"{floor(share * 16**DIGITS):0{DIGITS}x}"


def _ranked(marked: ir.Table, share: float) -> ir.BooleanValue:
    """In control by rank within the stratum. Which way a fraction of a person is rounded is up to the stratum's own
    hash, so that many small strata do not all round the same way."""
    inside = ibis.window(group_by=[marked.stratum, marked.universal])
    rank = ibis.row_number().over(
        ibis.window(group_by=[marked.stratum, marked.universal], order_by=[marked.draw, marked.customer])
    )
    size = marked.count().over(inside)
    smallest = marked.draw.max().over(inside)
    rounding = ("0x" + smallest.right(6)).cast("int64") / float(16**6)
    return rank < (size * share + rounding).floor()
