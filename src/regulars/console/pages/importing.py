"""Know: files that are brought, and who may be one person. Set-up: how good the data is."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import importing, joining, quality

_ONE: Final = "import/<id_inb:number>"
_IMPORT: Final = (Right.MEMBERS_IMPORT, Reach.WHOLE)

IMPORTING: Final[tuple[Page, ...]] = (
    Page("imports", "import", importing.listing, *_IMPORT, _("Import"), Head.KNOW, table=True),
    Page("import-files", "import/files", importing.bring, *_IMPORT, posted=True, writes=True),
    Page("import", _ONE, importing.one, *_IMPORT),
    Page("import-correct", f"{_ONE}/correct", importing.correct, *_IMPORT, posted=True, writes=True),
    Page("import-book", f"{_ONE}/book", importing.book, *_IMPORT, posted=True, writes=True),
    Page("import-drop", f"{_ONE}/drop", importing.drop, *_IMPORT, posted=True, writes=True),
    Page("import-undo", f"{_ONE}/undo", importing.undo, *_IMPORT, posted=True, writes=True),
    Page("import-refused", f"{_ONE}/refused", importing.refused, *_IMPORT, table=True, own_file=True),
    Page("import-refused-file", f"{_ONE}/refused.csv", importing.refused_file, *_IMPORT),
    Page(
        "duplicates",
        "duplicates",
        joining.pairs,
        Right.MEMBERS_MERGE,
        Reach.WHOLE,
        _("Duplicates"),
        Head.KNOW,
        table=True,
    ),
    Page(
        "duplicates-decide",
        "duplicates/decide",
        joining.decide,
        Right.MEMBERS_MERGE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
)
QUALITY: Final[tuple[Page, ...]] = (
    Page(
        "quality",
        "set-up/quality",
        quality.page,
        Right.MEMBERS_READ,
        Reach.WHOLE,
        _("Data quality"),
        Head.SET_UP,
        table=True,
    ),
    Page("quality-rows", "set-up/quality/<str:what>", quality.behind, Right.MEMBERS_READ, Reach.WHOLE, table=True),
)
