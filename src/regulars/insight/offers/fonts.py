"""A font for print that has every letter needed, from those of the system."""

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from regulars.basics.errors import RegularsError

_FOLDERS: Final = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
    *("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts", "C:/Windows/Fonts"),
)
# Most wanted first; a collection's face is chosen by its name.
_NAMES: Final = (
    *("LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "DejaVuSans.ttf"),
    *("NotoSansSC*.[ot]tf", "SourceHanSansSC-Regular.otf", "SourceHanSansCN-Regular.otf"),
    *("NotoSansCJKsc-Regular.otf", "NotoSansCJK-Regular.ttc", "wqy-microhei.ttc", "wqy-zenhei.ttc"),
    *("DroidSansFallbackFull.ttf", "msyh.ttc", "simhei.ttf", "PingFang.ttc", "Arial Unicode.ttf", "arialuni.ttf"),
)
_PLAINER: Final = str.maketrans({"−": "-", "–": "-", "…": "...", "’": "'", "“": '"', "”": '"'})
_SIMPLIFIED: Final = (" SC", " CN", "YaHei", "Hei")


class NoFont(RegularsError):
    """No font at hand has the letters of these lists, or the one that was named has not."""

    code = "no-font"


@dataclass(frozen=True, slots=True)
class Font:
    """A file and which of its faces; `has` are the letters asked for that it knows. No file: Helvetica, which every
    reader of PDF has, and which knows western letters only."""

    path: Path | None
    face: int
    has: frozenset[str]

    def shown(self, text: str) -> str:
        """The text with a box for what cannot be printed."""
        plain = text.translate(_PLAINER) if self.path is None else text
        other = "?" if self.path is None else "□"
        return plain if self.has.issuperset(plain) else "".join(c if c in self.has else other for c in plain)

    @property
    def bold(self) -> Path | None:
        """The bold sister beside it, where there is one."""
        sister = self.path and self.path.with_name(self.path.name.replace("Regular", "Bold"))
        return sister if sister and sister != self.path and sister.exists() and self.face == 0 else None


def font_for(letters: Iterable[str], *, given: Path | None = None) -> Font:
    """The first font with all the letters; pictures such as emoji may be missing. Raises NoFont."""
    needed = frozenset(letters) | frozenset("□ …")
    lacking: frozenset[str] = needed
    for path in [given] if given else found_fonts():
        for face, known in _faces(path):
            less = frozenset(c for c in needed if ord(c) not in known and unicodedata.category(c)[0] in "LNP")
            if not less:
                return Font(path, face, frozenset(c for c in needed if ord(c) in known))
            lacking = min(lacking, less, key=len)
    plain = frozenset("".join(needed - {"□"}).translate(_PLAINER))
    if given is None and all(ord(letter) < 256 for letter in plain):
        return Font(None, 0, plain | {"?"})
    named = f"{given} lacks" if given else "No font of this system has"
    some = " ".join(sorted(lacking)[:8])
    raise NoFont(f"{named} the letters {some} of these lists. Name one that has: --font FILE.", lacking=some)


def found_fonts() -> Iterator[Path]:
    """Fonts of the system that are likely to serve."""
    folders = [Path(folder).expanduser() for folder in _FOLDERS if folder[0] != "C" or sys.platform == "win32"]
    for name in _NAMES:
        for folder in folders:
            yield from sorted(folder.rglob(name))


def _faces(path: Path) -> Iterator[tuple[int, frozenset[int]]]:
    """Faces of a file with the letters they have; those for simplified Chinese first. Raises NoFont."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError  # type: ignore[import-untyped]

    try:
        with path.open("rb") as file:
            several = path.suffix.lower() in (".ttc", ".otc")
            fonts = list(TTCollection(file, lazy=True).fonts) if several else [TTFont(file, lazy=True)]
            for face in sorted(range(len(fonts)), key=lambda at: (not _simplified(fonts[at]), at)):
                yield face, frozenset(fonts[face].getBestCmap() or ())
    except (OSError, TTLibError) as error:
        raise NoFont(f"{path} is no font that can be read: {error}", file=str(path)) from error


def _simplified(font: Any) -> bool:
    name = font["name"].getDebugName(4) or ""
    return "Mono" not in name and any(part in name for part in _SIMPLIFIED)
