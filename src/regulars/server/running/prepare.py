"""Makes everything ready before the parts start: a process of its own, which tells on its last line of output."""

import json
import os
import sys

import django
from django.utils import timezone

from regulars.basics.errors import RegularsError
from regulars.server import checks, logs
from regulars.server.errors import DatabaseUnfit
from regulars.server.place import Place
from regulars.server.running.options import BEGIN, LINK


def main() -> int:
    logs.configure("prepare")
    place = Place.here()
    try:
        told = _prepared(place)
    except RegularsError as refusal:
        told = {"refused": str(refusal), "code": refusal.code}
    sys.stdout.write(json.dumps(told) + "\n")
    return 2 if "refused" in told else 0


def _prepared(place: Place) -> dict[str, object]:
    wrong = [found for found in checks.of_database(place) if found.state == checks.WRONG]
    if wrong:
        raise DatabaseUnfit(" ".join(f"{found.told} {found.advice}".strip() for found in wrong))
    django.setup()
    from regulars.server.installing import begin, install, new_link

    install(place, at=timezone.now())
    if asked := os.environ.get(BEGIN):
        begin(**json.loads(asked), at=timezone.now())
    link = new_link(at=timezone.now()) if os.environ.get(LINK) == "1" else None
    return {"link": link[0], "expires": link[1].isoformat()} if link else {}


if __name__ == "__main__":
    sys.exit(main())
