"""The Chinese words: what the pages say is all there, and the compiled file is made of the written one."""

import gettext
import io
import re
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import regulars.server

ROOM = Path(regulars.server.__file__).parent
MESSAGES = ROOM / "locale" / "zh_Hans" / "LC_MESSAGES"


def written() -> dict[str, str]:
    """By the text in English; where number matters, by that of one."""
    with (MESSAGES / "django.po").open("rb") as file:
        kept = [(message.id, message.string) for message in read_po(file) if message.id]
    return {
        one[0] if isinstance(one, tuple) else one: told[0] if isinstance(told, tuple) else told for one, told in kept
    }


def test_the_compiled_words_are_the_written_ones() -> None:
    made = io.BytesIO()
    with (MESSAGES / "django.po").open("rb") as file:
        write_mo(made, read_po(file))
    made.seek(0)
    with (MESSAGES / "django.mo").open("rb") as kept:
        known = gettext.GNUTranslations(kept)
    fresh = gettext.GNUTranslations(made)
    texts = written()

    def said(words: gettext.GNUTranslations) -> dict[str, str]:
        return {
            text: words.ngettext(text, text, 1) if words.gettext(text) == text else words.gettext(text)
            for text in texts
        }

    assert said(known) == said(fresh) == texts


def test_every_text_of_the_pages_has_chinese_words() -> None:
    templates = "\n".join(path.read_text(encoding="utf-8") for path in (ROOM / "templates").rglob("*.html"))
    asked = set(re.findall(r'{% translate "([^"]+)" %}', templates))
    asked |= {re.sub(r"{{ (\w+) }}", r"%(\1)s", t) for t in re.findall(r"{% blocktranslate %}(.+?){%", templates)}
    for path in ROOM.glob("*.py"):
        calls = re.findall(r'\b_\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)', path.read_text(encoding="utf-8"))
        asked |= {"".join(re.findall(r'"((?:[^"\\]|\\.)*)"', call)) for call in calls}
    assert len(asked) > 30
    assert asked - written().keys() == set()
