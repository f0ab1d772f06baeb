"""Who brings the money (concentration)."""

from regulars.insight.findings import Findings
from regulars.insight.report.pictures.curves import lorenz
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.words import Words

_BEST = 0.025


def chapter(findings: Findings, words: Words) -> Chapter:
    """Lorenz curve with the best 2.5 % marked, and tenths of the customers."""
    title, numbers = words.t("Who brings the money"), words.numbers
    found, shop = findings.concentration, findings.shop
    if found is None or shop is None:
        return empty("money", title, findings.unsaid.get("concentration", ""), words)
    best = max(1, round(shop.customers * _BEST))
    lead = words.n(
        "The best {best} of your customers ({count} person) bring {share} of your sales.",
        "The best {best} of your customers ({count} people) bring {share} of your sales.",
        best,
        best=numbers.share(_BEST),
        share=numbers.share(found.top_2_5_percent_share),
    )
    fifth = words.t(
        "The best fifth bring {top}; the other four fifths share the remaining {rest}.",
        top=numbers.share(found.top_20_percent_share),
        rest=numbers.share(max(0.0, 1 - found.top_20_percent_share)),
    )
    rows = found.deciles.to_pylist()
    widest = max((row["spend_share"] or 0 for row in rows), default=0) or 1
    return Chapter(
        "money",
        title,
        (lead, fifth),
        shown={
            "picture": lorenz(
                found.lorenz, {_BEST: found.top_2_5_percent_share, 0.2: found.top_20_percent_share}, words, lead
            ),
            "deciles": [
                {
                    "decile": row["decile"],
                    "customers": numbers.count(row["customers"]),
                    "spend": numbers.money_short(row["spend_minor"]),
                    "share": numbers.share(row["spend_share"]),
                    "mean": numbers.money_short(row["mean_spend_minor"]),
                    "width": max(0.0, 100 * (row["spend_share"] or 0) / widest),
                }
                for row in rows
            ],
            "gini": numbers.decimal(found.gini, 2),
        },
    )
