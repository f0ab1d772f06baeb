"""Reads rules of offers from a TOML file, and says line and key of what is wrong in it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any, Final

from regulars.insight.offers.rules import CELLS, CLASSES, COUNTS, GOALS, OfferRules, OfferRulesWrong, Vendor

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What may stand at a key: the field it fills, its kind and bounds."""

    fills: str
    kind: str  # whole, number, amount, switch, word, words
    low: float = 0.0
    high: float = float("inf")
    words: tuple[str, ...] = ()


_KEYS: Final[Mapping[Key, _Wanted]] = {
    ("goal",): _Wanted("goal", "word", words=GOALS),
    ("valid_days",): _Wanted("valid_days", "whole", 1, 365),
    ("offers_max",): _Wanted("offers_max", "whole", 0, 50),
    ("qualify", "weekly_spend_min"): _Wanted("weekly_spend_min_minor", "amount"),
    ("anyway", "discount_anyway"): _Wanted("discount_anyway", "switch"),
    ("anyway", "chance_from"): _Wanted("chance_from", "number", 0, 1),
    ("anyway", "full_price_share_from"): _Wanted("full_price_share_from", "number", 0, 1),
    ("discount", "step_percent"): _Wanted("step_percent", "whole", 1, 50),
    ("discount", "percent_min"): _Wanted("percent_min", "whole", 1, 100),
    ("discount", "percent_max"): _Wanted("percent_max", "whole", 1, 100),
    ("discount", "margin_share_max"): _Wanted("margin_share_max", "number", 0, 10),
    ("discount", "list_share_max"): _Wanted("list_share_max", "number", 0, 1),
    **{("ladder", *cell): _Wanted("ladder", "number", 0, 100) for cell in CELLS},
    ("ladder", "unknown", "any"): _Wanted("ladder_unknown", "number", 0, 100),
    **{("value", name): _Wanted("value_factors", "number", 0, 10) for name in CLASSES},
    ("response", "odds_per_10_percent"): _Wanted("odds_per_10_percent", "number", 1, 100),
    ("response", "later_purchases"): _Wanted("later_purchases", "number", 0, 1000),
    ("response", "goal_worth"): _Wanted("goal_worth", "number", 0, 100),
    **{("margin", name): _Wanted("margins", "number", 0, 1) for name in ("national", "store", "unknown")},
    ("exclude", "categories"): _Wanted("never_categories", "words"),
    ("exclude", "brands"): _Wanted("never_brands", "words"),
    ("exclude", "products"): _Wanted("never_products", "words"),
    ("budget", "count"): _Wanted("count", "word", words=COUNTS),
    ("budget", "ours"): _Wanted("our_budget_minor", "amount"),
}
_VENDOR: Final[Mapping[str, _Wanted]] = {
    "name": _Wanted("name", "word"),
    "brands": _Wanted("brands", "words"),
    "products": _Wanted("products", "words"),
    "amount": _Wanted("budget_minor", "amount"),
    "pays": _Wanted("pays", "number", 0, 1),
}


def example() -> str:
    """A commented file of rules, which says the same as no rules at all."""
    return (resources.files("regulars.insight.offers") / "example.toml").read_text(encoding="utf-8")


def read_rules(path: Path, *, minor_digits: int = 2) -> OfferRules:
    """The rules of a file; amounts become minor units of a currency with so many decimals. Raises OfferRulesWrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise OfferRulesWrong(f"{path} cannot be read: {error}", file=str(path)) from error
    return rules_of(text, minor_digits=minor_digits, name=path.name)


def rules_of(text: str, *, minor_digits: int = 2, name: str = "offers.toml") -> OfferRules:
    """The rules of a text. Raises OfferRulesWrong, whose facts hold file, line and key."""
    reading = _Reading(name, text, minor_digits)
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise OfferRulesWrong(f"{name} is not TOML: {error}", file=name) from error
    filled = reading.fields(table)
    try:
        return OfferRules(**filled)
    except OfferRulesWrong as problem:
        key = tuple(str(problem.facts["key"]).split("."))
        raise reading.wrong(key, str(problem).split(": ", 1)[1]) from problem


@dataclass(frozen=True, slots=True)
class _Reading:
    name: str
    text: str
    minor_digits: int

    def fields(self, table: Mapping[str, Any]) -> dict[str, Any]:
        """Values by field of OfferRules; only what stands in the file, laid over what is usual."""
        usual, filled = OfferRules(), dict[str, Any]()
        for key, value in _leaves({name: part for name, part in table.items() if name != "vendor"}):
            wanted = _KEYS.get(key)
            if wanted is None:
                raise self.wrong(key, _unknown(key))
            checked = self._checked(key, value, wanted)
            if wanted.fills in ("ladder", "value_factors", "margins"):
                within = filled.setdefault(wanted.fills, dict(getattr(usual, wanted.fills)))
                within[key[1:] if wanted.fills == "ladder" else key[1]] = checked
            else:
                filled[wanted.fills] = checked
        return filled | {"vendors": self._vendors(table.get("vendor", []))}

    def _vendors(self, blocks: Any) -> tuple[Vendor, ...]:
        if not isinstance(blocks, list):
            raise self.wrong(("vendor",), "write [[vendor]] with two brackets, one block for each vendor")
        return tuple(self._vendor(block, number) for number, block in enumerate(blocks))

    def _vendor(self, block: Mapping[str, Any], number: int) -> Vendor:
        filled = dict[str, Any]()
        for name, value in block.items():
            if name not in _VENDOR:
                raise self.wrong(("vendor", name), f"is not known; a vendor has {', '.join(_VENDOR)}", number)
            filled[_VENDOR[name].fills] = self._checked(("vendor", name), value, _VENDOR[name], number)
        if not filled.get("name"):
            raise self.wrong(("vendor",), "a vendor needs a name", number)
        return Vendor(**filled)

    def _checked(self, key: Key, value: Any, wanted: _Wanted, number: int = 0) -> Any:
        """The value as its field takes it."""
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        match wanted.kind:
            case "switch" if isinstance(value, bool):
                return value
            case "word" if isinstance(value, str) and (not wanted.words or value in wanted.words):
                return value
            case "words" if isinstance(value, list) and all(isinstance(text, str) for text in value):
                return tuple(value)
            case "amount" if is_number and value >= 0:
                return self._minor(key, Decimal(value), number)
            case "whole" if is_number and isinstance(value, int) and wanted.low <= value <= wanted.high:
                return value
            case "number" if is_number and wanted.low <= value <= wanted.high:
                return float(value)
        raise self.wrong(key, f"must be {_asked(wanted)}, not {_shown(value)}", number)

    def _minor(self, key: Key, amount: Decimal, number: int) -> int:
        minor = amount.scaleb(self.minor_digits)
        if minor != minor.to_integral_value():
            raise self.wrong(key, f"{amount} has more decimals than the currency ({self.minor_digits})", number)
        return int(minor)

    def wrong(self, key: Key, problem: str, number: int = 0) -> OfferRulesWrong:
        """The refusal with file, line and key."""
        line = line_of(self.text, key, number)
        dotted = ".".join(key)
        return OfferRulesWrong(f"{self.name}, line {line}, {dotted}: {problem}.", file=self.name, line=line, key=dotted)


def line_of(text: str, key: Key, number: int = 0) -> int:
    """Where a key stands, counting from 1; its table where it has no line of its own; `number` counts [[blocks]]."""
    table: Key = ()
    best, block, deepest = 1, -1, 0
    for place, line in enumerate(text.splitlines(), 1):
        heading = re.match(r"\s*\[\[?\s*([^\]#]+?)\s*\]", line)
        if heading:
            table = _parts(heading[1])
            block += table == key[: len(table)] and line.lstrip().startswith("[[")
            here = table
        else:
            entry = re.match(r"\s*([\w.\-\"']+)\s*=", line)
            if not entry:
                continue
            here = (*table, *_parts(entry[1]))
        if here == key[: len(here)] and len(here) > deepest and (block < 0 or block == number):
            best, deepest = place, len(here)
    return best


def _parts(dotted: str) -> Key:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _leaves(table: Mapping[str, Any], above: Key = ()) -> Iterator[tuple[Key, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def _unknown(key: Key) -> str:
    near = get_close_matches(".".join(key), [".".join(known) for known in _KEYS], n=1)
    return "is not known" + (f"; did you mean {near[0]}" if near else "")


def _asked(wanted: _Wanted) -> str:
    named = {"switch": "true or false", "words": 'a list of texts, as ["one", "two"]', "amount": "an amount from 0 on"}
    if wanted.kind in named:
        return named[wanted.kind]
    if wanted.kind == "word":
        return "one of " + ", ".join(f'"{word}"' for word in wanted.words) if wanted.words else "a text"
    kind = "a whole number" if wanted.kind == "whole" else "a number"
    return (
        f"{kind} from {wanted.low:g} on"
        if wanted.high == float("inf")
        else f"{kind}, {wanted.low:g} to {wanted.high:g}"
    )


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
