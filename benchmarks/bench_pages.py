"""The pages of the console among a million members and two million bills, beside the bare SQL that each of them needs.

python -m benchmarks.bench_pages --members 1000000

An installation of its own, with the settings of every installation: members with names, cards, levels, coupons and
scores, bills with their points over two years, a hundred thousand of them on the day that is not closed yet, and a
trail of as many lines. The worker has done what it does every few minutes.
Somebody who may see everything asks for one page after another, of members by chance,
through Django's own handler (sessions, rights, the lines that say who was looked at, the whole page as text). Nothing
is warmed but the process: its first answers of each page are not counted. Beside it the very statements of one such
answer, sent again over one connection with nothing around them. With `--folder` the installation is kept.
"""

import argparse
import json
import random
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from benchmarks import checkout_shop, page_shop, recording
from benchmarks.page_rows import FIRST
from benchmarks.page_shop import PLACE

BILLS: Final = 2_000_000
ASKED: Final = 60  # answers of each page
WARM: Final = 5  # before them, not counted
AIM: Final = 200.0  # milliseconds: 95 of 100 answers
CLERK: Final = "bench@shop.example"
Figure = dict[str, object]
_LISTS: Final = {
    "today": "/",
    "waiting": "/waiting",
    "bills": "/sales",
    "members": "/members",
    "members of a town": "/members?town=York",
    "members with a tag": "/members?tag=vip",
    "members of a level": "/members?level=status/gold",
    "members of a level and a town": "/members?level=status/gold&town=York",
    "members with a birthday": "/members?birthday=today",
    "members born in a month": "/members?month=1",
    "members who left": "/members?state=closed",
    "cases": "/serve/cases",
    "cases that are done": "/serve/cases?state=done",
    "follow-ups": "/serve/follow-ups",
    "terms": "/reward/terms",
    "levels": "/reward/levels",
    "coupons": "/reward/coupons",
    "rewards": "/reward/rewards",
    "liability": "/reward/books?unit=points",
    "trail": "/set-up/trail",
    "trail of a kind": "/set-up/trail?what=sales.record",
    "state": "/set-up/health",
    "staff": "/set-up/staff",
}
Asking = Callable[[random.Random], tuple[str, Mapping[str, str] | None]]


def pages(members: int, sales: list[str], cases: list[str]) -> dict[str, Asking]:
    """What each page is asked with; with fields it is posted."""
    from regulars.basics.ids import typed

    def member(chance: random.Random) -> str:
        return typed("mbr", checkout_shop.member_id(FIRST + chance.randrange(members)))

    def plain(path: str) -> Asking:
        return lambda _: (path, None)

    def of_member(rest: str) -> Asking:
        return lambda chance: (f"/members/{member(chance)}{rest}", None)

    def typed_in(path: str, said: Callable[[random.Random], str]) -> Asking:
        return lambda chance: (path, {"q": said(chance), "key": str(uuid4())})

    def family(chance: random.Random) -> str:
        return page_shop.name_of(chance.randrange(members))[1]

    def card(chance: random.Random) -> str:
        return page_shop.card_of(chance.randrange(members))

    def phone(chance: random.Random) -> str:
        return page_shop.phone_of(chance.randrange(members))

    return {name: plain(path) for name, path in _LISTS.items()} | {
        "a bill": lambda chance: (f"/sales/{chance.choice(sales)}", None),
        "member": of_member(""),
        "member: purchases": of_member("?kind=purchases"),
        "member: points": of_member("?kind=points"),
        "part of a name": typed_in("/members/find", family),
        "four last digits": typed_in("/members/find", lambda chance: phone(chance)[-4:]),
        "palette": typed_in("/find", family),
        "counter: recognised by card": typed_in("/counter/find", card),
        "counter: recognised by phone": typed_in("/counter/find", phone),
        "counter: a member": lambda chance: (f"/counter/{member(chance)}", None),
        "a case": lambda chance: (f"/serve/cases/{chance.choice(cases)}", None),
        "trail of a member": lambda chance: (f"/set-up/trail?subject={member(chance)}", None),
    }


def fill(members: int, folder: Path, bills: int = BILLS) -> None:
    from django.utils import timezone

    home = checkout_shop.fill(members, folder)
    now = timezone.now()
    terms = page_shop.publish_terms(home, now)
    page_shop.write_people(home, members)
    page_shop.write_rest(home, members, bills, terms, now)
    _hire(home, now)


def _hire(home: UUID, now: Any) -> None:
    from regulars.access import gate
    from regulars.access.moves import Place
    from regulars.access.services.roles import assign
    from regulars.access.services.staff import hire
    from regulars.journal.moves import Actor

    actor = Actor.job("bench")
    made = hire(CLERK, name="Clerk", password=uuid4().hex, by=gate.HOUSE, actor=actor, at=now)
    assign("administrator", Place(home), staff=made, by=gate.HOUSE, actor=actor, at=now)


def browser(home: UUID) -> Any:
    """Somebody who is logged in, at a counter."""
    from django.test import Client

    from regulars.access.models import Staff, Store
    from regulars.basics.ids import typed
    from regulars.console.places import CHOSEN
    from regulars.console.session import LATER

    found = Client(headers={"host": "localhost"})
    found.force_login(Staff.objects.get(email=CLERK))
    session = found.session
    store = Store.objects.filter(merchant__organisation=home).order_by("id").first()
    assert store is not None
    session[LATER], session[CHOSEN] = True, typed("str", store.id)
    session.save()
    return found


def measured(folder: Path, only: str = "") -> Iterator[Figure]:
    """Each page in turn; the slowest and the whole at the end."""
    from regulars.basics.ids import typed
    from regulars.care.models import Case
    from regulars.sales.models import Sale

    told = json.loads((folder / "filled.json").read_text())
    _as_the_worker_does()
    sales = [typed("sal", one) for one in Sale.objects.order_by("-id").values_list("id", flat=True)[:200]]
    cases = [typed("cas", one) for one in Case.objects.order_by("-id").values_list("id", flat=True)[:200]]
    asking, found = browser(UUID(told["home"])), {}
    for name, page in pages(told["members"], sales, cases).items():
        if only in name:
            found[name] = _one(asking, page)
            print(json.dumps({name: found[name]}), flush=True)
    slowest = max(found, key=lambda name: found[name]["p95_ms"])
    yield {
        "name": "pages_p95_ms", "ours": found[slowest]["p95_ms"], "peer": found[slowest]["bare_ms"],
        "ratio": round(found[slowest]["p95_ms"] / found[slowest]["bare_ms"], 2), "slowest": slowest,
        "holds": found[slowest]["p95_ms"] <= AIM, "members": told["members"],
        "bills": Sale.objects.count(), "asked": ASKED,
        "peer_is": "the slowest page's own statements, sent again with nothing around them", "pages": found,
    }  # fmt: skip


def _as_the_worker_does() -> None:
    """What it does every few seconds or minutes: the open day of the books, figures over all members."""
    from django.utils import timezone

    from regulars.console import kept as figures
    from regulars.ledger.sending import sum_due
    from regulars.sales import kept as days

    at = timezone.now()
    while sum_due(at=at):
        pass
    days.keep_due(at=at)
    figures.keep_due(at=at)


def _one(asking: Any, page: Asking) -> dict[str, float]:
    chance, taken = random.Random(7), []
    for turn in range(WARM + ASKED):
        path, fields = page(chance)
        begun = time.perf_counter()
        answer = asking.get(path) if fields is None else asking.post(path, fields)
        seconds = time.perf_counter() - begun
        assert answer.status_code in (200, 302), (path, answer.status_code)
        if turn >= WARM:
            taken.append(seconds * 1000)
    path, fields = page(chance)
    with recording.recorded() as told:
        asking.get(path) if fields is None else asking.post(path, fields)
    bare = statistics.median(_again(told) for _ in range(5))
    ordered = sorted(taken)
    return {
        "p50_ms": round(statistics.median(ordered), 1), "p95_ms": round(ordered[len(ordered) * 95 // 100], 1),
        "bare_ms": round(bare, 1), "statements": len(told),
    }  # fmt: skip


def _again(told: list[str]) -> float:
    """Milliseconds of the statements alone; what they write is taken back."""
    from django.db import connection, transaction

    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in told:
            if not statement.lstrip().upper().startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")):
                cursor.execute(statement.replace("%", "%%"), [])
                if cursor.description:
                    cursor.fetchall()
        transaction.set_rollback(True)
    return (time.perf_counter() - begun) * 1000


def run(members: int = 1_000_000, bills: int = BILLS) -> Iterator[Figure]:
    """Makes the installation anew, measures, and throws it away."""
    _throw_away(PLACE)
    fill(members, PLACE, bills)
    yield from measured(PLACE)
    _throw_away(PLACE)


def _throw_away(folder: Path) -> None:
    from regulars.server.postgres import Cluster

    if folder.exists():
        cluster = Cluster(folder)
        cluster.stop(at_once=True)
        shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--bills", type=int, default=BILLS)
    parser.add_argument("--folder", type=Path, help="an installation to keep: filled where it is not there yet")
    parser.add_argument("--only", default="", help="pages with this in their names")
    asked = parser.parse_args()
    if asked.folder is None:
        figures = run(asked.members, asked.bills)
    elif not (asked.folder / "filled.json").exists():
        fill(asked.members, asked.folder, asked.bills)
        return
    else:
        checkout_shop.begin(asked.folder)
        figures = measured(asked.folder, asked.only)
    for figure in figures:
        print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
