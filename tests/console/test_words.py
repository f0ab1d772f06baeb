"""The Chinese words: whatever the pages say is all there, and the compiled file is made of the written one."""

import gettext
import io
import re
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

import regulars.console

ROOM = Path(regulars.console.__file__).parent
MESSAGES = ROOM / "locale" / "zh_Hans" / "LC_MESSAGES"
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2)}


def first(text: object) -> str:
    """Where number matters, the text of one."""
    return str(text[0] if isinstance(text, tuple | list) else text)


def asked() -> set[str]:
    """Every text of the room's templates and code."""
    found: set[str] = set()
    for path in sorted(ROOM.rglob("*")):
        if path.suffix not in (".html", ".py") or "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        source = templatize(text) if path.suffix == ".html" else text
        found |= {first(one[1]) for one in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS) if one[1]}
    return found


def written() -> dict[str, str]:
    with (MESSAGES / "django.po").open("rb") as file:
        return {first(one.id): first(one.string) for one in read_po(file) if one.id}


def test_every_text_has_chinese_words_and_none_is_left_over() -> None:
    known = written()
    assert len(known) > 300
    assert asked() ^ known.keys() == set()
    assert {text for text, told in known.items() if not told} == set()


def test_places_of_values_are_the_same_in_both() -> None:

    shape = re.compile(r"%\(\w+\)[sd]")
    differ = {text for text, told in written().items() if set(shape.findall(text)) != set(shape.findall(told))}
    assert differ == set()


def test_the_compiled_words_are_the_written_ones() -> None:
    made = io.BytesIO()
    with (MESSAGES / "django.po").open("rb") as file:
        write_mo(made, read_po(file))
    made.seek(0)
    with (MESSAGES / "django.mo").open("rb") as kept:
        known, fresh = gettext.GNUTranslations(kept), gettext.GNUTranslations(made)
    texts = written()
    said = [{t: w.ngettext(t, t, 1) if w.gettext(t) == t else w.gettext(t) for t in texts} for w in (known, fresh)]
    assert said == [texts, texts]
