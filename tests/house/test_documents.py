"""What the documents promise is there, and what is there is documented."""

import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup

import regulars
from regulars.basics.errors import RegularsError, descendants
from regulars.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "README.zh-CN.md", *(ROOT / "docs").rglob("*.md")])


def every_module() -> list[str]:
    found = (module.name for module in pkgutil.walk_packages(regulars.__path__, "regulars."))
    return [name for name in found if not name.endswith("__main__")]


def commands(of: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every command by its words, e.g. ("history", "forget")."""
    found = {path: of} if path else {}
    if isinstance(of, TyperGroup):
        for name, child in of.commands.items():
            found |= commands(child, (*path, name))
    return found


def test_every_refusal_is_explained() -> None:
    for name in every_module():
        importlib.import_module(name)
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    codes = {error.code for error in descendants(RegularsError) if error.__module__.startswith("regulars.")}
    assert {code for code in codes if f"## `{code}`" not in page} == set()
    written = set(re.findall(r"^## `([a-z-]+)`", page, re.MULTILINE))
    assert written - codes - {RegularsError.code} == set(), "explained, but nothing refuses so"


def test_every_command_is_in_the_documents_and_none_is_invented() -> None:
    known = commands(typer.main.get_command(app))
    leaves = {words for words, command in known.items() if not isinstance(command, TyperGroup)}
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    written = re.findall(r"^\s*(?:\$ )?regulars ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", text, re.MULTILINE)
    called = {tuple(words.split()) for words in written}
    assert {words for words in leaves if f"regulars {' '.join(words)}" not in text} == set()
    assert {words for words in called if words not in leaves and words[:1] not in leaves} == set()


def test_every_option_in_the_documents_exists() -> None:
    known = {
        opt for command in commands(typer.main.get_command(app)).values() for p in command.params for opt in p.opts
    }
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES if "decisions" not in page.parts)
    lines = [line for line in text.splitlines() if "regulars " in line]
    named = {option for line in lines for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", line)}
    assert named - known - {"--help", "--version"} == set()


def test_the_chinese_readme_has_the_same_parts() -> None:
    def skeleton(name: str) -> list[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return re.findall(r"^(#+|```\w*)", text, re.MULTILINE)

    assert skeleton("README.md") == skeleton("README.zh-CN.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
