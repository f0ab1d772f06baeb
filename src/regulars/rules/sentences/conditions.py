"""When, where, for whom, from what amount on, and how often, as clauses. What does not restrict is not said."""

from collections.abc import Iterator

from regulars.rules.conditions import Conditions, Least, What, When, Where, Who
from regulars.rules.limits import Every, Limit, NearEnd, Of
from regulars.rules.sentences.words import Words


def conditions(given: Conditions, words: Words, currency: str = "") -> list[str]:
    """All clauses, in a fixed order."""
    return [
        *who(given.who, words),
        *when(given.when, words),
        *where(given.where, words),
        *least(given.least, words, currency),
    ]


def when(given: When, words: Words) -> Iterator[str]:
    first, last = given.begins_on, given.ends_on
    if first and last:
        yield words.say("between days", first=words.day(first), last=words.day(last))
    elif first:
        yield words.say("from day", first=words.day(first))
    elif last:
        yield words.say("until day", last=words.day(last))
    if given.weekdays:
        yield words.say("on weekdays", days=words.weekdays(given.weekdays))
    if given.days_of_month:
        yield words.say("on days of month", days=words.all([str(day) for day in given.days_of_month], joined="or"))
    hours = [
        words.say("between hours", first=words.clock(one.begins), last=words.clock(one.ends)) for one in given.hours
    ]
    if hours:
        yield words.all(hours, joined="or")
    if given.except_on:
        yield words.say("except on", days=words.days(given.except_on))
    if given.store_local:
        yield words.say("store clock")


def where(given: Where, words: Words) -> Iterator[str]:
    for codes, phrase, kind in (
        (given.merchants, "at merchants", "merchant"),
        (given.stores, "at stores", "store"),
        (given.channels, "by channels", "channel"),
        (given.tenders, "paid by", "tender"),
    ):
        if codes:
            yield words.say(phrase, names=words.listed(kind, codes))


def who(given: Who, words: Words) -> Iterator[str]:
    for codes, phrase, kind in (
        (given.tiers, "tiers", "tier"),
        (given.segments, "segments", "segment"),
        (given.not_segments, "not segments", "segment"),
        (given.tags, "tags", "tag"),
    ):
        if codes:
            yield words.say(phrase, names=words.listed(kind, codes))
    if given.enrolled_in:
        yield words.say("enrolled", name=words.name("enrolment", given.enrolled_in))
    if given.first_purchase:
        yield words.say("first purchase")
    if given.birthday_within is not None:
        yield words.say("near birthday" if given.birthday_within else "on birthday", days=given.birthday_within)
    if given.joined_within is not None:
        yield words.say("since joining", days=given.joined_within)


def subject(given: Who, words: Words) -> str:
    """Of whom a sentence speaks."""
    return words.say("customers" if given.anyone else "members")


def any_currency(words: Words) -> str:
    """Said where amounts are minor units of whatever bill it is."""
    return words.say("any currency")


def least(given: Least, words: Words, currency: str = "") -> Iterator[str]:
    if given.amount:
        yield words.say("least amount", money=words.money(given.amount, currency))
    if given.quantity:
        yield words.say("least quantity", number=words.quantity(given.quantity))
    if given.purchase:
        yield words.say("least purchase", money=words.money(given.purchase, currency))
    if given.kept_on_return and (given.amount or given.quantity or given.purchase):
        yield words.say("stays reached")


def what(given: What, words: Words) -> str:
    """The goods; "" where all of them are meant."""
    named = _goods(given.items, given.categories, given.brands, given.marks, words)
    excluded = _goods(given.not_items, given.not_categories, given.not_brands, given.not_marks, words)
    if not excluded:
        return named
    return words.say("but", what=named or words.say("anything"), excluded=excluded)


def _goods(
    items: tuple[str, ...], categories: tuple[str, ...], brands: tuple[str, ...], marks: tuple[str, ...], words: Words
) -> str:
    texts = [
        *(words.name("item", code) for code in items),
        *(words.name("category", code) for code in categories),
        *(words.say("brand", name=words.name("brand", code)) for code in brands),
        *(words.name("mark", code) for code in marks),
    ]
    return words.all(texts, joined="or") if texts else ""


def limits(given: tuple[Limit, ...], words: Words, unit: str = "", currency: str = "") -> list[str]:
    """Each limit as a clause."""
    return [_limit(one, words, unit, currency) for one in given]


def _limit(limit: Limit, words: Words, unit: str, currency: str) -> str:
    period = (
        words.say("every sliding", length=words.length(limit.sliding))
        if limit.sliding
        else words.say(f"every {limit.every}")
    )
    whose = words.say(f"per {limit.per}")
    match limit.of:
        case Of.USES:
            phrase = "most use" if limit.most == 1 else "most uses"
            said = words.say(phrase, number=words.number(limit.most), whose=whose, period=period)
        case Of.UNITS:
            number = words.units(limit.most, unit) if unit else words.number(limit.most)
            said = words.say("most units", number=number, whose=whose, period=period)
        case Of.MONEY:
            said = words.say("most units", number=words.money(limit.most, currency), whose=whose, period=period)
    return (
        " ".join([said, *_beside(limit, words)]) if words.say("stop") == "." else said + "".join(_beside(limit, words))
    )


def _beside(limit: Limit, words: Words) -> Iterator[str]:
    if limit.zone and (limit.every != Every.EVER or limit.sliding):
        yield words.say("limit zone", zone=limit.zone)
    if limit.of != Of.USES:
        yield words.say("limit refuse" if limit.near_end == NearEnd.REFUSE else "limit cut")
    if limit.shared:
        yield words.say("limit shared", name=words.name("budget", limit.shared))
    if limit.also_by:
        yield words.say("limit known", names=words.listed("known", limit.also_by, joined="and"))
