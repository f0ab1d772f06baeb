"""What an analysis found: plain frozen values and Arrow tables, ready for the report, the summary and tests.

Money is in minor units (`…_minor`), shares are 0 … 1, rates per stated unit. Tables are small unless said otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from regulars.insight.replenishment.moves import Due

if TYPE_CHECKING:
    from regulars.insight.churn.found import ChurnFound
    from regulars.insight.complaints.found import ComplaintsFound
    from regulars.insight.myths.found import MythsFound
    from regulars.insight.nextbasket.found import NextBasketFound
    from regulars.insight.offers.found import OffersFound
    from regulars.insight.survey.found import SurveyFound
    from regulars.insight.uplift.found import CampaignFound


@dataclass(frozen=True, slots=True)
class Intake:
    """How reading went: rows in = rows kept + rows refused."""

    rows_read: int
    rows_kept: int
    rows_refused: int
    refused_by_reason: Mapping[str, int]
    notes: Mapping[str, int]  # dirt kept and counted
    files: Sequence[Mapping[str, object]]  # name, rows_read, rows_kept, rows_refused, first_on, last_on
    not_sales: Sequence[Mapping[str, str]] = ()  # name, code, kind, looks_like: files of the folder left out
    columns: Sequence[Mapping[str, str]] = ()  # file, field, heading, reason (codes): what was understood
    set_aside: pa.Table | None = None  # customer, reason, lines, spend_minor: bulk and test accounts
    returns: int = 0
    returns_matched: int = 0


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop as its file shows it."""

    name: str
    currency: str
    minor_digits: int
    first_on: date
    cut_off: date  # the last day known; every fact is as of its end
    has_time: bool
    customers: int
    lines: int
    receipts: int
    spend_minor: int  # of known customers, net of returns, without fees
    anonymous_lines: int
    anonymous_spend_minor: int
    stores: int
    products: int


@dataclass(frozen=True, slots=True)
class Concentration:
    """Who brings the money (S08)."""

    top_2_5_percent_share: float
    top_20_percent_share: float
    gini: float
    lorenz: pa.Table  # customers_share (0 … 1 rising, from the best), spend_share; about 200 points
    deciles: pa.Table  # decile (1 = best), customers, spend_minor, spend_share, mean_spend_minor


@dataclass(frozen=True, slots=True)
class Classes:
    """Value classes (S01) and who moved between them."""

    table: pa.Table  # value_class (prospect, ordinary, important, vip), customers, spend_minor, spend_share, from_minor
    basis: str  # the rule in words-code: "quantile" or "amount"
    cut_offs_minor: Sequence[int]  # spend in the window from which: ordinary→important, important→vip
    window_days: int
    flow: pa.Table  # month (first day), from_class, to_class, customers: the last twelve month ends
    rfm: pa.Table  # recency_score, frequency_score, monetary_score (1 … 5, 5 best), customers, spend_minor


@dataclass(frozen=True, slots=True)
class Stages:
    """Life-cycle stages (S11), judged by each customer's own rhythm."""

    table: (
        pa.Table
    )  # stage (acquaintance, development, stability, decline, lost), customers, spend_minor, spend_365_minor
    rhythm: Mapping[str, float]  # parameters of the rhythm model: k, a, b, typical_gap_days, log_likelihood …
    alpha: float  # a silence longer than all but this share of one's own gaps is "decline"
    checked: Mapping[
        str, float
    ]  # on a later period: coverage of the 90 % next-visit window, share of silent that stayed away …


@dataclass(frozen=True, slots=True)
class ModelResult:
    """One fitted model, its check on a later period, and whether it may be used."""

    name: str  # BGNBD, MBGNBD, ParetoNBD, GammaGamma
    parameters: Mapping[str, float]
    standard_errors: Mapping[str, float]
    log_likelihood: float
    customers: int
    holdout: Mapping[str, float]  # bias, correlation, mae, captured_spend_top_decile, baseline_captured…, coverage_90 …
    usable: bool
    why_not: str = ""  # code of the reason when not usable


@dataclass(frozen=True, slots=True)
class Future:
    """Expected purchases and worth (S09)."""

    models: Mapping[str, ModelResult]
    chosen: str | None  # the model behind the scores; None: no score is shown
    horizon_days: int
    discount_rate: float  # yearly
    calibration_until: date
    holdout_days: int
    calibration: pa.Table  # frequency (0 … 7+), customers, actual, and one column per model and baseline
    gains: pa.Table  # share (.05 … 1), by_model, by_past_spend: share of later spend captured
    expected_spend_minor: int  # of all customers in the horizon
    interval_minor: tuple[int, int]  # 90 %
    by_class: pa.Table  # value_class, customers, clv_minor, low_minor, high_minor


@dataclass(frozen=True, slots=True)
class Pairs:
    """What sells together (S07)."""

    baskets: int
    items: int
    table: (
        pa.Table
    )  # level (product, category), left, right, baskets_both, support, confidence, lift, leverage, p_value, significant
    tested: int
    by_store: pa.Table  # left, right, store, baskets, support, lift: for the strongest pairs
    by_weekday: pa.Table  # left, right, weekday (1 = Monday), baskets, support, lift
    names: Mapping[str, str] = field(default_factory=dict)  # product code → name, for those in the tables
    sampled: float = 1.0  # share of the baskets that was counted; `baskets` and the tables are of those


@dataclass(frozen=True, slots=True)
class Boxes:
    """Nine boxes (S06): brand habit × use, per category."""

    table: pa.Table  # category, habit (national, store, switcher), usage (low, medium, high), customers, spend_minor
    customers: int
    category_customers: Mapping[str, int]
    not_judged: Mapping[str, int] = field(default_factory=dict)  # category → buyers with too few purchases to judge


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Acquisition cohorts by month of first purchase."""

    sizes: pa.Table  # cohort (first day of month), customers, spend_minor, complete, may_be_old
    retention: pa.Table  # cohort, month_number (0 = first month), customers, share
    revenue: pa.Table  # cohort, month_number, spend_minor, per_customer_minor
    repeat_rate: float  # bought on a second day within 90 days, among those with 90 days to do so
    days_to_second: pa.Table  # days (upper edge), share of first-time buyers who came back by then (Kaplan–Meier)
    median_days_to_second: float | None


@dataclass(frozen=True, slots=True)
class ActionList:
    """A list a shop can act on at once."""

    name: str  # best, rising, slipping, lost, one_time
    table: pa.Table  # rank, customer, … facts …, reason_codes; may be large
    customers: int
    at_stake_minor: int


@dataclass(frozen=True, slots=True)
class Headline:
    """The first screen."""

    regulars: int
    regulars_share_of_customers: float
    regulars_spend_share: float
    slipping: int
    at_risk_minor: int
    at_risk_days: int
    new_last_90_days: int
    one_time: int


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything the report shows. A chapter that could not be written is None and has its reason in `unsaid`."""

    run_id: str
    intake: Intake
    shop: Shop | None
    headline: Headline | None
    concentration: Concentration | None
    classes: Classes | None
    stages: Stages | None
    future: Future | None
    pairs: Pairs | None
    boxes: Boxes | None
    cohorts: Cohorts | None
    lists: Mapping[str, ActionList]
    unsaid: Mapping[str, str] = field(default_factory=dict)  # chapter → reason code, e.g. "future": "too-short"
    churn: "ChurnFound | None" = None
    due: Due | None = None
    next_basket: "NextBasketFound | None" = None
    offers: "OffersFound | None" = None
    campaign: "CampaignFound | None" = None
    survey: "SurveyFound | None" = None
    complaints: "ComplaintsFound | None" = None
    myths: "MythsFound | None" = None
    tables: Mapping[str, pa.Table] = field(default_factory=dict)  # more lists, by the name of their file; may be large
