"""What promotions took off for whoever a campaign marked: a cost of the campaign, as its coupons are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from regulars.journal.statements import columns, run
from regulars.outreach.campaigns.launching import mark_of
from regulars.outreach.models import Campaign
from regulars.programme.book import book

PROMOTION: Final = "promotion"
# Of what came back, its part of the discount is no cost. Bills of whoever was merged into somebody assigned are theirs.
_TAKEN_OFF: Final = """
WITH own AS MATERIALIZED (
    SELECT member FROM outreach_assignment WHERE plan = %(launch)s::uuid AND arm = 'treated' AND NOT aside
)
SELECT count(DISTINCT s.id), coalesce(sum((part.amount * (l.quantity - l.returned_quantity)) / l.quantity), 0)::bigint
FROM own o JOIN members_member x ON x.root_id = o.member OR x.id = o.member
JOIN sales_sale s ON s.member = x.id JOIN programme_checkout c ON c.sale = s.id
CROSS JOIN LATERAL jsonb_to_recordset(c.told -> 'effects')
    AS given(kind text, code text, version integer, coupon text, lines jsonb)
CROSS JOIN LATERAL jsonb_to_recordset(given.lines) AS part(number integer, amount bigint)
JOIN sales_line l ON l.sale_id = s.id AND l.number = part.number
WHERE s.organisation = %(organisation)s::uuid AND s.state = 'complete' AND s.currency = %(currency)s
    AND (x.id = o.member OR NOT EXISTS (SELECT 1 FROM own WHERE own.member = x.id))
    AND s.effective_at >= %(since)s::timestamptz AND s.effective_at < %(until)s::timestamptz
    AND given.kind = 'discount' AND given.coupon = ''
    AND (given.code, given.version) IN (SELECT * FROM unnest(%(codes)s::text[], %(versions)s::integer[]))
"""


def taken_off(row: Campaign, currency: str, since: datetime, until: datetime) -> Mapping[str, Any]:
    """On how many bills, and how much: minor units, less what came back. Nothing where no promotion asks for the mark
    of this campaign. One query."""
    mark = mark_of(row)
    asking = [
        (one.code, one.version)
        for one in book(row.organisation).versions(PROMOTION)
        if mark in one.terms.offer.conditions.who.segments
    ]
    if not asking:
        return {}
    codes, versions = columns(asking, 2)
    told = {"launch": row.launch, "organisation": row.organisation, "currency": currency}
    span = {"since": since, "until": until}
    ((bills, discount),) = run(_TAKEN_OFF, {**told, **span, "codes": codes, "versions": versions})
    return {"bills": bills, "discount_minor": discount}
