"""Conditions about what the present run of scores found. Who has no scores, as who never bought, fits none of them."""

from regulars.outreach.audiences.forms import Scored
from regulars.outreach.audiences.parts import Asked, Binder, Part, only_of


def scored(given: Scored, name: str, asked: Asked, bind: Binder) -> Part:
    run = f"scorebook_run r WHERE r.organisation = {bind.one(asked.organisation, 'uuid')} AND r.present"
    joined = (
        "SELECT h.member AS id, h.value_class, h.stage, h.decline_because, h.leave_chance, h.lifetime_minor,"
        f" h.spend_place, h.buy_chance FROM scorebook_score h WHERE h.run = (SELECT r.id FROM {run})"
        f"{only_of('h.member', asked, bind)}"
    )
    tests = [*_words(given, name, bind), *_numbers(given, name, bind), *_best(given, name, run, bind)]
    if given.currency is not None:
        tests.append(f"(SELECT r.currency FROM {run}) = {bind.one(given.currency, 'text')}")
    fact = (
        f"jsonb_build_object('class', {name}.value_class, 'stage', {name}.stage, 'reasons', {name}.decline_because,"
        f" 'leave_percent', round({name}.leave_chance * 100), 'worth', {name}.lifetime_minor,"
        f" 'place', {name}.spend_place, 'buys_percent', round({name}.buy_chance * 100))"
    )
    return Part(f"coalesce({' AND '.join(tests)}, false)", fact, joined)


def _words(given: Scored, name: str, bind: Binder) -> list[str]:
    tests = [
        f"{name}.{column} = ANY({bind.many(wanted, 'text')})"
        for column, wanted in (("value_class", given.classes), ("stage", given.stages))
        if wanted
    ]
    return [*tests, *([f"{name}.decline_because && {bind.many(given.reasons, 'text')}"] if given.reasons else [])]


def _numbers(given: Scored, name: str, bind: Binder) -> list[str]:
    """Chances are kept as shares, so percentages are divided: the planner knows how the shares lie."""
    bounds = (
        ("leave_chance", ">=", given.leave_percent_at_least, 100),
        ("leave_chance", "<=", given.leave_percent_at_most, 100),
        ("lifetime_minor", ">=", given.worth_at_least, 1),
        ("lifetime_minor", "<=", given.worth_at_most, 1),
        ("buy_chance", ">=", given.buys_percent_at_least, 100),
    )
    return [
        f"{name}.{column} {sign} {bind.one(bound / 100, 'float8') if scale > 1 else bind.one(bound, 'bigint')}"
        for column, sign, bound, scale in bounds
        if bound is not None
    ]


def _best(given: Scored, name: str, run: str, bind: Binder) -> list[str]:
    """By places: who is at a cut belongs to the better side."""
    return [
        f"{name}.spend_place {sign} (SELECT ceil(r.members * {bind.one(str(bound), 'numeric')} / 100) FROM {run})"
        for sign, bound in ((">", given.best_percent_from), ("<=", given.best_percent_to))
        if bound is not None
    ]
