"""Prove: what it all brought."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import proving

PROVE: Final[tuple[Page, ...]] = (
    Page(
        "prove",
        "prove",
        proving.prove,
        Right.AUDIENCES_READ,
        Reach.HOME,
        _("Prove"),
        Head.PROVE,
        table=True,
        own_file=True,
    ),
    Page("prove-export", "prove.csv", proving.prove_export, Right.AUDIENCES_READ, Reach.HOME),
    Page("prove-members", "prove/members", proving.members, Right.MEMBERS_READ, Reach.WHOLE, table=True),
    Page("prove-direct", "prove/direct", proving.direct, Right.MEMBERS_READ, Reach.WHOLE, table=True),
)
