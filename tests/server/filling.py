"""Fills an installation with people and points; a process of its own: python -m tests.server.filling DATA [MAJOR]."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from regulars.cli.operating import installation
from regulars.server.postgres import Cluster
from regulars.server.secrets import make_secrets

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
PHONES = [f"+49 30 9018 {number:04d}" for number in range(40)]


def main(data: Path, major: int | None) -> None:
    if major is None:
        with installation(data):
            _fill(data)
        return
    cluster = Cluster(data, major)
    cluster.start()
    os.environ["DATABASE_URL"] = cluster.url()
    try:
        with installation(data):
            _fill(data)
    finally:
        cluster.stop()


def _fill(data: Path) -> None:
    from tests.members.shop import enrol

    from regulars.access.gate import HOUSE
    from regulars.access.services.places import found_organisation
    from regulars.basics.ids import typed
    from regulars.journal import sending
    from regulars.journal.moves import Actor
    from regulars.ledger import seals
    from regulars.ledger.moves import Holder, House, Posting
    from regulars.ledger.services import define_unit, post
    from regulars.ledger.words import Kind, Role
    from regulars.server.installing import install
    from regulars.server.place import Place

    place, ann = Place.here(), Actor("staff", "stf_ann", "Ann")
    make_secrets(place)
    install(place, at=AT)
    define_unit("points", "Points", zone="Europe/Berlin", actor=ann, at=AT)
    ours = found_organisation("Corner", zone="Europe/Berlin", by=HOUSE, actor=ann, at=AT)
    members = [enrol(("phone", phone), organisation=ours, at=AT) for phone in PHONES]
    earned = [Posting(Kind.EARN, "points", 100 + n, House(Role.ISSUED), Holder(who)) for n, who in enumerate(members)]
    post(earned, actor=ann, at=AT)
    post([Posting(Kind.SPEND, "points", 30, Holder(members[0]), House(Role.REDEEMED))], actor=ann, at=AT)
    seals.seal(at=AT)
    sending.seal_due(at=AT)
    (place.lake / "lines").mkdir(parents=True, exist_ok=True)
    (place.lake / "lines" / "2026-05.parquet").write_bytes(b"a month")
    _sell(ours, members)
    sys.stdout.write(" ".join(typed("mbr", member) for member in members))


def _sell(ours: UUID, members: Sequence[UUID]) -> None:
    """One bill in the lake, one that waits, written by a transaction of a number that an empty database is far from."""
    from uuid import uuid4

    from regulars.journal.moves import Actor
    from regulars.journal.statements import run
    from regulars.rules.occasion import Line
    from regulars.sales import services
    from regulars.sales.moves import NewSale, Place, SoldLine
    from regulars.sales.sending import into_lake

    for number in range(2):
        till, bill = Place(ours, "till-4", str(number)), (SoldLine(Line(1, "tea", 300)),)
        sold = NewSale(uuid4(), till, "EUR", bill, AT, members[number])
        services.record_sales([sold], actor=Actor("key", "key_till"), at=AT)
        if number == 0:
            assert into_lake(actor=Actor.job("sales.into_lake"), at=AT) == 1
    run("UPDATE sales_outbox SET written_by = '4000000000'")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
