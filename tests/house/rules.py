"""Rules only this house has, as functions of a source text, so that a test can show each of them biting."""

import ast
import re
from collections.abc import Iterator

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
HIDDEN_CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
# Spelled in pieces, so that this file does not break its own rule.
PLACES = ("py" + "pi[.]org", "python" + "hosted", "npm" + "js[.]", "deb[.]" + "debian", "/wo" + "rk/", "/ro" + "ot/")
HOSTS = re.compile("|".join(PLACES))
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b|#\s*XX" + r"X\b")  # "XXX" in code is a currency


def too_long(source: str) -> Iterator[str]:
    """Files and functions past the limit."""
    count = source.count("\n")
    if count > FILE_LINES_MAX:
        yield f"{count} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > FUNCTION_LINES_MAX:
                yield f"{node.name}: {size} lines"


def hidden_clocks(source: str) -> Iterator[str]:
    """Reading the clock inside: time is an argument."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if (owner, node.attr) in HIDDEN_CLOCKS:
                yield f"line {node.lineno}: {owner}.{node.attr}"


def clocks_in_rooms(source: str) -> Iterator[str]:
    """Django's clock inside a room: doors read it and hand it on as `at`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id="timezone"), attr="now" | "localtime" | "localdate"):
                yield f"line {node.lineno}: timezone.{node.attr}"
            case ast.keyword(arg="auto_now" | "auto_now_add", value=ast.Constant(value=True)):
                yield f"line {node.value.lineno}: {node.arg}"


def locks_elsewhere(source: str) -> Iterator[str]:
    """A row lock outside `locks.py`, where their one order is kept."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr="select_for_update"):
                yield f"line {node.lineno}: select_for_update"
            case ast.Constant(value=str(text)) if re.search(r"\bFOR (NO KEY )?UPDATE\b", text):
                yield f"line {node.lineno}: FOR UPDATE"


def floats_for_money(source: str) -> Iterator[str]:
    """A name in minor units that is declared a float, or a division that makes one."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="float"), lineno=line):
                found = name
            case ast.arg(arg=name, annotation=ast.Name(id="float"), lineno=line):
                found = name
            case ast.FunctionDef(name=name, returns=ast.Name(id="float"), lineno=line):
                found = name
            case _:
                continue
        if found.endswith("_minor"):
            yield f"line {line}: {found} is a float"


def broad_catches(source: str) -> Iterator[str]:
    """`except Exception`: it hides our own bugs."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler):
            named = node.type.id if isinstance(node.type, ast.Name) else None
            if node.type is None or named in {"Exception", "BaseException"}:
                yield f"line {node.lineno}"


def places_of_one_machine(text: str) -> Iterator[str]:
    """Hosts of registries and paths of one machine."""
    yield from (f"line {n}" for n, line in enumerate(text.splitlines(), 1) if HOSTS.search(line))


def unfinished(text: str) -> Iterator[str]:
    """Notes to self that nobody will read."""
    yield from (f"line {n}" for n, line in enumerate(text.splitlines(), 1) if UNFINISHED.search(line))
