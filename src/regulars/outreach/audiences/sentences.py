"""An audience as a sentence, in English and Simplified Chinese, from the very tree that is compiled."""

from collections.abc import Iterator
from typing import Final, assert_never

from regulars.outreach.audiences import forms
from regulars.outreach.audiences.phrases import PHRASES
from regulars.outreach.audiences.reading import All, Any_, Node, Not, One
from regulars.rules.sentences.words import Language, Words

_MONEY: Final = ("amount_at_least", "amount_at_most")


def sentence(tree: Node, words: Words) -> str:
    """
    >>> from regulars.outreach.audiences.reading import read
    >>> tags = read({"all": [{"type": "tag", "any_of": ["wine"]}, {"not": {"type": "household"}}]})
    >>> sentence(tags, Words())
    'Members who have the tag wine, and not: live in a household.'
    >>> sentence(tags, Words(Language.CHINESE))
    '会员：带有标签wine，并且不是：属于某个家庭。'
    """
    return _say(words, "whole", said=_said(tree, words, top=True))


def leaf_sentence(leaf: forms.Leaf, words: Words) -> str:
    """One condition, as the reasons why somebody is in an audience show it."""
    return "".join(_leaf(leaf, words))


def _say(words: Words, phrase: str, **parts: object) -> str:
    return PHRASES[phrase][0 if words.language == Language.ENGLISH else 1].format(**parts)


def _counted(words: Words, phrase: str, count: int, **parts: object) -> str:
    """One has a phrase of its own: "at least once"."""
    return _say(words, f"{phrase} one" if count == 1 else phrase, **parts)


def _named(kind: str, code: str, words: Words) -> str:
    """What a code is called, where there is a word for it."""
    return _say(words, f"{kind} {code}") if f"{kind} {code}" in PHRASES else code


def _said(tree: Node, words: Words, *, top: bool = False) -> str:
    match tree:
        case One(asked=leaf):
            return leaf_sentence(leaf, words)
        case Not(part=part):
            return _say(words, "not", said=_said(part, words))
        case All(parts=parts) | Any_(parts=parts):
            joined = _say(words, "and" if isinstance(tree, All) else "or").join(_said(one, words) for one in parts)
            return joined if top or len(parts) == 1 else _say(words, "within", said=joined)


def _leaf(leaf: forms.Leaf, words: Words) -> Iterator[str]:
    match leaf:
        case forms.Goods():
            yield from _purchases(leaf, words)
        case forms.Scored():
            yield _say(words, "and").join(_scored(leaf, words))
        case forms.FactIs(name=name, any_of=values):
            yield _say(words, f"fact {name}", values=words.all(values, joined="or"))
        case forms.FieldIs(name=name, any_of=values):
            yield _say(words, "field", name=name, values=_values(values, words))
        case forms.Born(from_decade=first, to_decade=last):
            yield _say(words, "born", span=_span(first, last, words))
        case forms.Birthday(first_day=first, last_day=last):
            yield _say(words, "birthday today" if first == last == 0 else "birthday", first=first, last=last)
        case forms.Enrolled():
            yield from _enrolled(leaf, words)
        case forms.InHousehold(members_at_least=least):
            yield _say(words, "household" if least == 1 else "household of", least=least)
        case _:
            yield from _holdings(leaf, words)


def _holdings(
    leaf: forms.Identified | forms.Consented | forms.Tagged | forms.Marked | forms.OnLevel | forms.Balance
    | forms.Expiring,
    words: Words,
) -> Iterator[str]:  # fmt: skip
    match leaf:
        case forms.Identified(kind=kind, verified=verified):
            state = {None: "", True: _say(words, "verified"), False: _say(words, "unverified")}[verified]
            yield _say(words, "identifier", state=state, kind=_say(words, f"kind {kind}"))
        case forms.Consented(channel=channel, purpose=purpose):
            by, to = _named("channel", channel, words), _named("purpose", purpose, words)
            yield _say(words, "consent", channel=by, purpose=to)
        case forms.Tagged(any_of=values):
            yield _say(words, "tag", values=words.all(values, joined="or"))
        case forms.Marked():
            yield from _marked(leaf, words)
        case forms.OnLevel(ladder=ladder, levels=levels):
            named = [words.name("tier", f"{ladder}/{level}") for level in levels]
            yield _say(words, "tier", levels=words.all(named, joined="or"))
        case forms.Balance(unit=unit, at_least=least, at_most=most):
            yield _say(words, "balance", unit=words.unit(unit), span=_span(least, most, words, unit))
        case forms.Expiring(unit=unit, within_days=days, at_least=least):
            yield _say(words, "expiring", amount=words.units(least, unit), days=words.number(days))
        case unknown:
            assert_never(unknown)


def _marked(leaf: forms.Marked, words: Words) -> Iterator[str]:
    yield _say(words, "mark", name=leaf.name)
    if leaf.any_of:
        yield _say(words, "mark is", values=_values(leaf.any_of, words))
    if leaf.at_least is not None or leaf.at_most is not None:
        yield _say(words, "mark between", span=_span(leaf.at_least, leaf.at_most, words))


def _scored(leaf: forms.Scored, words: Words) -> Iterator[str]:
    for kind, values in (("class", leaf.classes), ("stage", leaf.stages), ("reason", leaf.reasons)):
        if values:
            named = [_named(kind, one, words) for one in values]
            yield _say(words, f"scored {kind}", values=words.all(named, joined="or"))
    if leaf.leave_percent_at_least is not None or leaf.leave_percent_at_most is not None:
        yield _say(
            words, "scored leave", span=_span(leaf.leave_percent_at_least, leaf.leave_percent_at_most, words, sign="%")
        )
    if leaf.worth_at_least is not None or leaf.worth_at_most is not None:
        bounds = (leaf.worth_at_least, leaf.worth_at_most)
        low, high = (None if one is None else words.money(one, leaf.currency or "") for one in bounds)
        yield _say(words, "scored worth", span=_between(low, high, words))
    low, high = (None if one is None else f"{one:g}%" for one in (leaf.best_percent_from or None, leaf.best_percent_to))
    if high is not None:
        yield _say(words, "scored best" if low is None else "scored best from", low=low, high=high)
    elif low is not None:
        yield _say(words, "scored rest", low=low)
    if leaf.buys_percent_at_least is not None:
        yield _say(words, "scored buys", span=_span(leaf.buys_percent_at_least, None, words, sign="%"))


def _values(values: tuple[bool | int | float | str, ...], words: Words) -> str:
    said = [_say(words, "yes" if value else "no") if isinstance(value, bool) else str(value) for value in values]
    return words.all(said, joined="or")


def _span(low: float | None, high: float | None, words: Words, unit: str = "", *, sign: str = "") -> str:
    def told(value: float) -> str:
        # A decade is a year and reads without a separator; only balances have a unit with a scale.
        return words.number(int(value), words.scales.get(unit, 0)) if unit else f"{value}{sign}"

    return _between(None if low is None else told(low), None if high is None else told(high), words)


def _between(low: str | None, high: str | None, words: Words) -> str:
    if low is None:
        assert high is not None
        return _say(words, "at most", high=high)
    return _say(words, "at least", low=low) if high is None else _say(words, "between", low=low, high=high)


def _enrolled(leaf: forms.Enrolled, words: Words) -> Iterator[str]:
    yield _say(words, "enrolled")
    places = _places(leaf.stores, leaf.merchants, words)
    if places:
        yield _say(words, "at places", names=places)
    yield from _days(leaf, words)


def _places(stores: tuple[str, ...], merchants: tuple[str, ...], words: Words) -> str:
    named = [words.name("store", one) for one in stores] + [words.name("merchant", one) for one in merchants]
    return words.all(named, joined="or") if named else ""


def _days(leaf: forms.Enrolled | forms.Bought, words: Words) -> Iterator[str]:
    if leaf.within_days is not None:
        yield _counted(words, "within days", leaf.within_days, days=words.number(leaf.within_days))
    if leaf.since is not None:
        yield _say(words, "since", day=words.day(leaf.since))
    if leaf.until is not None:
        yield _say(words, "until", day=words.day(leaf.until))


def _purchases(leaf: forms.Goods, words: Words) -> Iterator[str]:
    goods = [
        *(words.name("item", one) for one in leaf.items),
        *(words.name("category", one) for one in leaf.categories),
        *(words.name("brand", one) for one in leaf.brands),
    ]
    what = words.all(goods, joined="or") if goods else _say(words, "anything")
    match leaf:
        case forms.NeverBought():
            yield _say(words, "never bought", what=what)
        case forms.LastBought():
            yield _say(words, "last bought", what=what)
        case _:
            yield _say(words, "bought", what=what)
    if places := _places(leaf.stores, leaf.merchants, words):
        yield _say(words, "at places", names=places)
    if leaf.channels:
        yield _say(words, "by channels", names=words.listed("channel", leaf.channels))
    match leaf:
        case forms.Bought():
            yield from _how_much(leaf, words)
            yield from _days(leaf, words)
        case forms.LastBought():
            yield from _when_last(leaf, words)


def _how_much(leaf: forms.Bought, words: Words) -> Iterator[str]:
    for name in ("times_at_least", "times_at_most"):
        if (times := getattr(leaf, name)) is not None:
            yield _counted(words, name, times, number=words.number(times))
    for name in _MONEY:
        if (amount := getattr(leaf, name)) is not None:
            yield _say(words, name, money=words.money(amount, leaf.currency or ""))


def _when_last(leaf: forms.LastBought, words: Words) -> Iterator[str]:
    if leaf.since is not None:
        yield _say(words, "since", day=words.day(leaf.since))
    if leaf.until is not None:
        yield _say(words, "until", day=words.day(leaf.until))
    for name in ("days_ago_at_least", "days_ago_at_most"):
        if (days := getattr(leaf, name)) is not None:
            yield _counted(words, name, days, days=words.number(days))
