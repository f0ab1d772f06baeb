"""Writes `regulars.client.generated` from the API's own document: a method for each address, a type for each schema.

    python -m tools.client            write it
    python -m tools.client --check    say whether it is up to date

A module of the client mirrors a module of `regulars.api.routes`.
"""

import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from keyword import iskeyword
from pathlib import Path
from textwrap import fill
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
HOME: Final = ROOT / "src" / "regulars" / "client" / "generated"
PLAIN: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
WIDTH: Final = 116
Schema = Mapping[str, Any]


@dataclass(slots=True)
class Module:
    """What one module of the client holds."""

    schemas: list[str] = field(default_factory=list)
    operations: list[tuple[str, str, Schema]] = field(default_factory=list)  # path, method, operation


def type_of(schema: Schema) -> str:
    """As Python writes it.

    >>> type_of({"anyOf": [{"type": "array", "items": {"$ref": "#/components/schemas/LotPart"}}, {"type": "null"}]})
    'list[LotPart] | None'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(type_of(option) for option in options))
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    match schema.get("type"):
        case "array":
            return f"list[{type_of(schema.get('items', {}))}]"
        case "object":
            return f"dict[str, {_values(schema)}]"
        case str(kind):
            return PLAIN[kind]
    return "Any"


def _values(schema: Schema) -> str:
    found = list(schema.get("patternProperties", {}).values())
    if isinstance(more := schema.get("additionalProperties"), Mapping):
        found.append(more)
    return " | ".join(dict.fromkeys(type_of(one) for one in found)) or "Any"


def refs(value: Any) -> Iterator[str]:
    """The schemas that something speaks of."""
    if isinstance(value, Mapping):
        if isinstance(ref := value.get("$ref"), str):
            yield ref.rsplit("/", 1)[-1]
        for name, part in value.items():
            if name not in ("examples", "example"):
                yield from refs(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from refs(part)


def modules(document: Schema, views: Mapping[str, str], homes: Mapping[str, str]) -> dict[str, Module]:
    """By name: operations where their view is, schemas where their class is."""
    found: defaultdict[str, Module] = defaultdict(Module)
    said: set[str] = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found[views[operation["operationId"]]].operations.append((path, method, operation))
            said |= set(refs([operation.get("requestBody"), _answer(operation)]))
    known, needed = document["components"]["schemas"], list(said)
    while needed:
        more = set(refs(known[needed.pop()])) - said
        said |= more
        needed += more
    for name in known:
        if name in said:
            found[homes[name]].schemas.append(name)
    return dict(found)


def _answer(operation: Schema) -> Schema:
    (answer,) = [one for status, one in operation["responses"].items() if status < "3"]
    schema: Schema = answer["content"]["application/json"]["schema"]
    return schema


def _body(operation: Schema) -> Schema | None:
    body: Schema | None = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return body


def written(document: Schema, name: str, module: Module, homes: Mapping[str, str]) -> str:
    """The text of one module."""
    schemas = document["components"]["schemas"]
    used = {
        *(ref for path, method, one in module.operations for ref in refs([_body(one), _answer(one)])),
        *(ref for one in module.schemas for ref in refs(schemas[one])),
    }
    elsewhere: defaultdict[str, set[str]] = defaultdict(set)
    for one in used - set(module.schemas):
        elsewhere[homes[one]].add(one)
    lines = [
        '"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""',
        "",
        "from __future__ import annotations",
        "",
        "from collections.abc import Iterator",
        "from typing import Any, Literal, NotRequired, TypedDict",
        "",
        "from regulars.client.calling import Calling, part",
        *(
            f"from regulars.client.generated.{home} import {', '.join(sorted(names))}"
            for home, names in sorted(elsewhere.items())
        ),
    ]
    for one in module.schemas:
        lines += ["", "", *_typed_dict(one, schemas[one])]
    if module.operations:
        lines += ["", "", f"class {_class_of(name)}(Calling):", *_doc(f"Addresses of {name}.", "    ")]
        lines += ["", "    __slots__ = ()"]
        for path, method, operation in module.operations:
            lines += ["", *_method(document, path, method, operation)]
    return "\n".join(lines) + "\n"


def _class_of(module: str) -> str:
    return "".join(word.capitalize() for word in module.split("_"))


def _doc(text: str, indent: str) -> list[str]:
    """A docstring, filled."""
    words = " ".join(text.replace("\\", "\\\\").replace('"""', "'''").split())
    lines = fill(f'"""{words}', WIDTH, initial_indent=indent, subsequent_indent=indent).splitlines()
    return [*lines[:-1], lines[-1] + '"""'] if len(lines[-1]) < WIDTH else [*lines, f'{indent}"""']


def _typed_dict(name: str, schema: Schema) -> list[str]:
    needed = set(schema.get("required", []))
    fields = {
        one: type_of(part) if one in needed else f"NotRequired[{type_of(part)}]"
        for one, part in schema.get("properties", {}).items()
    }
    about = _doc(schema.get("description", ""), "    ") if schema.get("description") else []
    if all(one.isidentifier() and not iskeyword(one) for one in fields):
        return [f"class {name}(TypedDict):", *about, "", *(f"    {one}: {kind}" for one, kind in fields.items())] + (
            [] if fields or about else ["    pass"]
        )
    return [f"{name} = TypedDict({name!r}, {{{', '.join(f'{one!r}: {kind!r}' for one, kind in fields.items())}}})"]


def _method(document: Schema, path: str, method: str, operation: Schema) -> list[str]:
    given: dict[str, list[Schema]] = {"path": [], "query": [], "header": []}
    for one in operation["parameters"]:
        given[one["in"]].append(one)
    headers = {one["name"] for one in given["header"]}
    writes, versioned = "Idempotency-Key" in headers, "If-Match" in headers
    body, answer = _body(operation), _answer(operation)
    items = _items(document, answer)
    query = [one for one in given["query"] if one["name"] != "dry_run" and not (items and one["name"] == "cursor")]
    arguments = ["self", *(f"{one['name']}: {type_of(one['schema'])}" for one in given["path"])]
    arguments += [f"body: {type_of(body)}"] if body else []
    named = [_argument(one) for one in sorted(query, key=lambda one: not one.get("required"))]
    named += ["if_match: str"] if versioned else []
    named += ["dry_run: bool = False", "idempotency_key: str | None = None"] if writes else []
    signature = ", ".join([*arguments, *(["*", *named] if named else [])])
    told = f"Iterator[{items}]" if items else type_of(answer)
    return [
        f"    def {operation['operationId']}({signature}) -> {told}:",
        *_doc(operation.get("description", ""), "        "),
        f"        {_call(path, method, given['path'], query, told, items, bool(body), writes, versioned)}",
    ]


def _items(document: Schema, answer: Schema) -> str:
    """What a list is of, if it is one that goes on by a cursor to its end."""
    schema = document["components"]["schemas"][type_of(answer)]
    fields = schema.get("properties", {})
    ends = "next" in fields and "None" in type_of(fields["next"])
    return type_of(fields["items"]["items"]) if ends and "items" in fields else ""


def _argument(one: Schema) -> str:
    kind = type_of(one["schema"])
    if one.get("required"):
        return f"{one['name']}: {kind}"
    return f"{one['name']}: {kind if kind.endswith('None') else kind + ' | None'} = None"


def _call(
    path: str,
    method: str,
    places: Sequence[Schema],
    query: Sequence[Schema],
    told: str,
    items: str,
    body: bool,
    writes: bool,
    versioned: bool,
) -> str:
    address = path.removeprefix("/api/v1")
    for one in places:
        address = address.replace(f"{{{one['name']}}}", f"{{part({one['name']})}}")
    text = f'f"{address}"' if places else f'"{address}"'
    asked = [f"{one['name']}={one['name']}" for one in query]
    if items:
        return f"return self._each({', '.join([text, *asked])})"
    first = [f'"{method.upper()}"', text, *(["body"] if body else [])]
    if writes:
        asked += ["dry_run=dry_run", "idempotency_key=idempotency_key", *(["if_match=if_match"] if versioned else [])]
    return f"told: {told} = self.{'_write' if writes else '_read'}({', '.join(first + asked)})\n        return told"


def index(found: Mapping[str, Module]) -> str:
    """The module that puts them together."""
    served = sorted(name for name, module in found.items() if module.operations)
    return "\n".join(
        [
            '"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""',
            "",
            *(f"from regulars.client.generated.{name} import {_class_of(name)}" for name in served),
            "",
            "",
            f"class Addresses({', '.join(map(_class_of, served))}):",
            '    """Every address of the API."""',
            "",
            "    __slots__ = ()",
            "",
        ]
    )


def generated() -> dict[str, str]:
    """The files of the client by their names, as they should be."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.server.settings")
    django.setup()
    from ninja import Schema as Base

    from regulars.api.urls import api

    views = {
        str(one.operation_id): one.view_func.__module__.rsplit(".", 1)[-1]
        for bound in api._get_bound_routers()
        for view in bound.path_operations.values()
        for one in view.operations
    }
    homes = {kind.__name__: kind.__module__.rsplit(".", 1)[-1] for kind in _descendants(Base)}
    document: Schema = api.get_openapi_schema()
    found = modules(document, views, homes)
    files = {f"{name}.py": written(document, name, module, homes) for name, module in sorted(found.items())}
    return formatted({"__init__.py": index(found), **files})


def _descendants(kind: type) -> Iterator[type]:
    one: type
    for one in kind.__subclasses__():
        yield one
        yield from _descendants(one)


def formatted(files: Mapping[str, str]) -> dict[str, str]:
    """In the house's own style, without what nothing uses."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "src" / "regulars" / "client" / "generated"
        home.mkdir(parents=True)
        for name, text in files.items():
            (home / name).write_text(text, encoding="utf-8")
        ruff = [sys.executable, "-m", "ruff"]
        own = ["--config", str(ROOT / "pyproject.toml"), "--quiet", "--no-cache", str(home)]
        subprocess.run([*ruff, "check", "--fix", "--select", "F401", *own], check=True)
        subprocess.run([*ruff, "format", *own], check=True)
        return {name: (home / name).read_text(encoding="utf-8") for name in files}


def kept() -> dict[str, str]:
    """The files of the client as they stand."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(HOME.glob("*.py"))}


def main(check: bool) -> int:
    wanted, there = generated(), kept()
    changed = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    if check:
        print("\n".join(changed) or "The client is up to date.")
        return 1 if changed else 0
    HOME.mkdir(parents=True, exist_ok=True)
    for name in there.keys() - wanted.keys():
        (HOME / name).unlink()
    for name, text in wanted.items():
        (HOME / name).write_text(text, encoding="utf-8")
    print(f"{len(wanted)} modules, {len(changed)} of them changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
