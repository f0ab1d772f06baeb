"""Prove: what it all brought."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import campaigns

PROVE: Final[tuple[Page, ...]] = (
    Page(
        "prove",
        "prove",
        campaigns.prove,
        Right.AUDIENCES_READ,
        Reach.HOME,
        _("Prove"),
        Head.PROVE,
        table=True,
        own_file=True,
    ),
    Page("prove-export", "prove.csv", campaigns.prove_export, Right.AUDIENCES_READ, Reach.HOME),
)
