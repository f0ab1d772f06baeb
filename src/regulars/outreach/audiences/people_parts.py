"""Conditions about the person: facts, identifiers, consents, tags, marks, levels and balances."""

import json
from calendar import isleap
from datetime import timedelta

from regulars.outreach.audiences.forms import (
    Balance,
    Birthday,
    Born,
    Consented,
    Enrolled,
    Expiring,
    FactIs,
    FieldIs,
    Identified,
    InHousehold,
    Marked,
    OnLevel,
    Tagged,
    uuids,
)
from regulars.outreach.audiences.parts import OF_ROOT, ROOT, Asked, Binder, Part, only_of


def fact_is(given: FactIs, bind: Binder) -> Part:
    """The column is one of a closed list of names."""
    return Part(f"m.{given.name} = ANY({bind.many(given.any_of, 'text')})", f"to_jsonb(m.{given.name})")


def field_is(given: FieldIs, name: str, asked: Asked, bind: Binder) -> Part:
    wanted = bind.many([json.dumps(value) for value in given.any_of], "jsonb")
    # As the page of a member shows them: the member's own first, then the latest of those merged into it.
    joined = (
        f"SELECT {ROOT} AS id,"
        " (array_agg(h.value ORDER BY (x.id IS NULL) DESC, h.effective_at DESC))[1] AS value"
        f" FROM members_fact h {OF_ROOT} WHERE h.name = {bind.one(given.name, 'text')} AND h.ended_at IS NULL"
        f" AND h.value IS NOT NULL{only_of('h.member_id', asked, bind)} GROUP BY 1"
    )
    return Part(f"coalesce({name}.value = ANY({wanted}) OR {name}.value ?| {_texts(given, bind)}, false)",
                f"{name}.value", joined)  # fmt: skip


def _texts(given: FieldIs, bind: Binder) -> str:
    """Of a field that holds several choices, any of them."""
    return bind.many([value for value in given.any_of if isinstance(value, str)], "text")


def born(given: Born, bind: Binder) -> Part:
    tests = [
        f"m.birth_decade {sign} {bind.one(decade, 'int')}"
        for sign, decade in ((">=", given.from_decade), ("<=", given.to_decade))
        if decade is not None
    ]
    return Part(f"coalesce({' AND '.join(tests)}, false)", "to_jsonb(m.birth_decade)")


def birthday(given: Birthday, asked: Asked, bind: Binder) -> Part:
    """Who was born on 29 February has it on 28 February in other years."""
    days = [asked.today + timedelta(days=off) for off in range(given.first_day, given.last_day + 1)]
    wanted = {day.month * 100 + day.day for day in days}
    wanted |= {229 for day in days if (day.month, day.day) == (2, 28) and not isleap(day.year)}
    return Part(f"coalesce(m.birthday = ANY({bind.many(sorted(wanted), 'int')}), false)", "to_jsonb(m.birthday)")


def enrolled(given: Enrolled, asked: Asked, bind: Binder) -> Part:
    tests = []
    if given.stores or given.merchants:
        stores, merchants = uuids("str", given.stores), uuids("mrc", given.merchants)
        tests.append(
            f"(coalesce(m.store = ANY({bind.many(stores, 'uuid')}), false)"
            f" OR coalesce(m.merchant = ANY({bind.many(merchants, 'uuid')}), false))"
        )
    if given.since is not None:
        tests.append(f"m.enrolled_at >= {bind.one(asked.begins(given.since), 'timestamptz')}")
    if given.within_days is not None:
        tests.append(f"m.enrolled_at >= {bind.one(asked.days_ago(given.within_days), 'timestamptz')}")
    if given.until is not None:
        tests.append(f"m.enrolled_at < {bind.one(asked.ends(given.until), 'timestamptz')}")
    return Part(f"({' AND '.join(tests)})",
                "jsonb_build_object('at', m.enrolled_at, 'merchant', m.merchant, 'store', m.store)")  # fmt: skip


def in_household(given: InHousehold, name: str, asked: Asked, bind: Binder) -> Part:
    if given.members_at_least == 1:
        return Part("(m.household_id IS NOT NULL)", "to_jsonb(m.household_id IS NOT NULL)")
    mine = (
        f" AND h.household_id = (SELECT household_id FROM members_member WHERE id = {bind.one(asked.only[0], 'uuid')})"
        if asked.only
        else ""
    )
    # One row a member, however many live there.
    joined = (
        "SELECT id, size FROM (SELECT h.id, count(*) OVER (PARTITION BY h.household_id) AS size FROM members_member h"
        " WHERE h.household_id IS NOT NULL AND h.root_id = h.id AND h.state IN ('active', 'anonymous')"
        f" AND h.organisation = {bind.one(asked.organisation, 'uuid')}{mine}) homes"
    )
    least = bind.one(given.members_at_least, "int")
    return Part(f"coalesce({name}.size >= {least}, false)", f"to_jsonb({name}.size)", joined)


def identified(given: Identified, name: str, asked: Asked, bind: Binder) -> Part:
    verified = "" if given.verified is None else f" AND h.verified_at IS {'NOT ' if given.verified else ''}NULL"
    held = (
        f"FROM members_identifier h {OF_ROOT} WHERE h.kind = {bind.one(given.kind, 'text')} AND h.state = 'active'"
        f" AND h.member_id IS NOT NULL{verified}{only_of('h.member_id', asked, bind)}"
    )
    return Part(
        holds=f"({name}.id IS NOT NULL)",
        fact=f"jsonb_build_object('held', coalesce({name}.held, 0))",
        joined=f"SELECT {ROOT} AS id, count(*) AS held {held} GROUP BY 1",
        ids=f"SELECT {ROOT} {held}",
    )


def consented(given: Consented, name: str, asked: Asked, bind: Binder) -> Part:
    """The latest word counts, whoever of the merged said it; at the same moment the no."""
    about = f"channel = {bind.one(given.channel, 'text')} AND {{}}.purpose = {bind.one(given.purpose, 'text')}"
    said = f"h.{about.format('h')}{only_of('h.member_id', asked, bind)}"
    # A no beside a yes there is only among the few who were merged: each of them, and whom they went into.
    noes = (
        "SELECT y.root_id AS id, n.effective_at AS no_at FROM members_member y"
        " CROSS JOIN LATERAL (VALUES (y.id), (y.root_id)) AS v(one)"
        f" JOIN members_permission n ON n.member_id = v.one AND n.{about.format('n')} AND NOT n.given"
        " WHERE y.root_id <> y.id AND (y.root_id = y.id) IS FALSE"
    )
    return Part(
        holds=f"({name}.yes_at IS NOT NULL AND ({name}.no_at IS NULL OR {name}.yes_at > {name}.no_at))",
        fact=f"jsonb_build_object('yes_at', {name}.yes_at, 'no_at', {name}.no_at)",
        joined=f"SELECT {ROOT} AS id, max(h.effective_at) FILTER (WHERE h.given) AS yes_at,"
        f" max(h.effective_at) FILTER (WHERE NOT h.given) AS no_at FROM members_permission h {OF_ROOT}"
        f" WHERE {said} GROUP BY 1",
        ids=f"SELECT {ROOT} FROM members_permission h {OF_ROOT} WHERE {said} AND h.given"
        # First whether anybody of them said no at all, which one small set tells of everybody.
        f" AND ({ROOT} NOT IN (SELECT no.id FROM ({noes}) no)"
        f" OR NOT EXISTS (SELECT 1 FROM ({noes}) no WHERE no.id = {ROOT} AND no.no_at >= h.effective_at))",
    )


def tagged(given: Tagged, name: str, asked: Asked, bind: Binder) -> Part:
    held = (
        f"FROM members_tag h {OF_ROOT} WHERE h.tag = ANY({bind.many(given.any_of, 'text')})"
        f"{only_of('h.member_id', asked, bind)}"
    )
    return Part(
        holds=f"({name}.id IS NOT NULL)",
        fact=f"to_jsonb({name}.tags)",
        joined=f"SELECT {ROOT} AS id, array_agg(DISTINCT h.tag) AS tags {held} GROUP BY 1",
        ids=f"SELECT {ROOT} {held}",
    )


def marked(given: Marked, name: str, asked: Asked, bind: Binder) -> Part:
    """The newest of the merged, as the page of a member shows it."""
    joined = (
        f"SELECT {ROOT} AS id, (array_agg(h.value ORDER BY h.as_of DESC, h.recorded_at DESC))[1] AS value"
        f" FROM members_mark h {OF_ROOT} WHERE h.name = {bind.one(given.name, 'text')}"
        f"{only_of('h.member_id', asked, bind)} GROUP BY 1"
    )
    # CASE, since a text must not be read as a number.
    number = f"CASE WHEN jsonb_typeof({name}.value) = 'number' THEN ({name}.value #>> '{{}}')::numeric END"
    tests = [f"{name}.value <> 'false'::jsonb"]
    if given.any_of:
        tests = [f"{name}.value = ANY({bind.many([json.dumps(value) for value in given.any_of], 'jsonb')})"]
    for sign, bound in ((">=", given.at_least), ("<=", given.at_most)):
        if bound is not None:
            tests.append(f"{number} {sign} {bind.one(str(bound), 'numeric')}")
    return Part(f"coalesce({' AND '.join(tests)}, false)", f"{name}.value", joined)


def on_level(given: OnLevel, name: str, asked: Asked, bind: Binder) -> Part:
    joined = (
        "SELECT h.member AS id, h.shown_level AS level FROM programme_standing h"
        f" WHERE h.organisation = {bind.one(asked.organisation, 'uuid')}"
        f" AND h.ladder = {bind.one(given.ladder, 'text')}{only_of('h.member', asked, bind)}"
    )
    return Part(f"coalesce({name}.level = ANY({bind.many(given.levels, 'text')}), false)",
                f"to_jsonb({name}.level)", joined)  # fmt: skip


def balance(given: Balance, name: str, asked: Asked, bind: Binder) -> Part:
    at, unit = bind.one(asked.at, "timestamptz"), bind.one(given.unit, "text")
    # What cannot be spent: few lots, found before they are added up.
    bound = (
        "SELECT l.account, sum(l.remaining)::bigint AS amount FROM ledger_lot l JOIN ledger_account a"
        f" ON a.id = l.account WHERE l.is_open AND l.unit = {unit} AND (l.expires_at <= {at} OR l.starts_at > {at})"
        f" AND (l.expires_at <= coalesce(a.paused_at, {at}) OR l.starts_at > {at})"
        f"{only_of('a.owner', asked, bind)} GROUP BY l.account"
    )
    joined = (
        "SELECT h.owner AS id, h.balance - h.held - coalesce(b.amount, 0) AS free FROM ledger_account h"
        f" LEFT JOIN ({bound}) b ON b.account = h.id"
        f" WHERE h.unit = {unit} AND h.role = 'main' AND h.owner IS NOT NULL{only_of('h.owner', asked, bind)}"
    )
    free = f"coalesce({name}.free, 0)"
    bounds = ((">=", given.at_least), ("<=", given.at_most))
    tests = [f"{free} {sign} {bind.one(bound, 'bigint')}" for sign, bound in bounds if bound is not None]
    nothing = (given.at_least is None or given.at_least <= 0) and (given.at_most is None or given.at_most >= 0)
    return Part(f"({' AND '.join(tests)})", f"to_jsonb({free})", joined, absent=nothing)


def expiring(given: Expiring, name: str, asked: Asked, bind: Binder) -> Part:
    """Whose expiry rests expires nothing."""
    at, last = bind.one(asked.at, "timestamptz"), asked.ends(asked.today + timedelta(days=given.within_days))
    joined = (
        "SELECT h.owner AS id, sum(l.remaining)::bigint AS amount, min(l.expires_at) AS first_at FROM ledger_lot l"
        f" JOIN ledger_account h ON h.id = l.account WHERE l.is_open AND l.expires_at > {at}"
        f" AND l.expires_at < {bind.one(last, 'timestamptz')} AND l.unit = {bind.one(given.unit, 'text')}"
        f" AND h.role = 'main' AND h.owner IS NOT NULL AND h.paused_at IS NULL{only_of('h.owner', asked, bind)}"
        " GROUP BY h.owner"
    )
    return Part(f"(coalesce({name}.amount, 0) >= {bind.one(given.at_least, 'bigint')})",
                f"jsonb_build_object('amount', coalesce({name}.amount, 0), 'first_at', {name}.first_at)",
                joined)  # fmt: skip
