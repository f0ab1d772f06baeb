"""Every message of the report, read from its sources."""

from pathlib import Path

from babel.messages.extract import extract

REPORT = Path(__file__).parents[3] / "src" / "regulars" / "insight" / "report"
_KEYWORDS = {"t": None, "mark": None, "n": (1, 2), "mark_plural": (1, 2)}

Message = str | tuple[str, ...]


def messages() -> set[Message]:
    """Messages as the catalogue knows them: text, or (singular, plural)."""
    found: set[Message] = set()
    for path in sorted(REPORT.rglob("*")):
        method = {".py": "python", ".html": "jinja2.ext:babel_extract"}.get(path.suffix)
        if method is None:
            continue
        with path.open("rb") as source:
            options = {"silent": "false", "trimmed": "false"} if path.suffix == ".html" else {"encoding": "utf-8"}
            for _, message, _, _ in extract(method, source, _KEYWORDS, options=options):
                found.add(message if isinstance(message, str) else tuple(message))
    return found
