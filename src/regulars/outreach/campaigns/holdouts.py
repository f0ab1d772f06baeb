"""Who must get nothing of a campaign, by what was assigned at its launch."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from regulars.journal.statements import column, columns, run, unnested

_KEPT_OUT: Final = f"""
SELECT DISTINCT w.root, w.code FROM {unnested({"root": "uuid", "code": "text"}, "w")}
JOIN outreach_campaign c ON c.organisation = %s::uuid AND c.code = w.code AND c.launch IS NOT NULL
JOIN members_member x ON x.root_id = w.root
JOIN outreach_assignment a ON a.plan = c.launch AND a.member = x.id AND a.arm = 'holdout'
"""
# Of a merged person, what anybody in it was kept from.
TOUCHED: Final = (
    "EXISTS (SELECT 1 FROM members_member o JOIN outreach_assignment h ON h.member = o.id AND h.plan = a.plan"
    " AND h.arm = 'holdout' WHERE o.root_id = x.id)"
)
_APART: Final = """
INSERT INTO outreach_assignment (plan, member, arm, why, channel, aside)
SELECT a.plan, o.id, a.arm, a.why, a.channel, true
FROM outreach_assignment a JOIN outreach_campaign c ON c.launch = a.plan
CROSS JOIN unnest(%s::uuid[]) AS o(id)
WHERE a.member = %s::uuid ON CONFLICT DO NOTHING RETURNING plan
"""


def kept_out(wanted: Collection[tuple[UUID, str]], *, organisation: UUID) -> set[tuple[UUID, str]]:
    """Of these members (roots) and campaigns, those who were assigned to the holdout, themselves or somebody who was
    merged into them since. One query."""
    if not wanted:
        return set()
    rows = run(_KEPT_OUT, [*columns(sorted(wanted), 2), organisation])
    return {(root, code) for root, code in rows}


def apart(survivor: UUID, others: Collection[UUID]) -> int:
    """Who becomes a person of their own again stays where the person was that they were part of. One query."""
    return len(run(_APART, [column(list(others)), survivor]))


def in_launched(members: Collection[UUID]) -> set[UUID]:
    """Those of them that a launch assigned, to whichever arm. One query."""
    rows = run(
        "SELECT a.member FROM outreach_assignment a JOIN outreach_campaign c ON c.launch = a.plan"
        " WHERE a.member = ANY(%s::uuid[])",
        [column(list(members))],
    )
    return {member for (member,) in rows}
