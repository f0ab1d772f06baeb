"""Duplicates among many made-up members with known truth: seconds, peak memory, precision and recall.

python -m benchmarks.bench_duplicates --people 1000000

The clock runs from people in plain to pairs with scores (training included), as the command does after opening them.
"""

import argparse
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from tests.members.made_people import Person, made

from benchmarks import measuring
from regulars.members.duplicates_levels import Likeness, is_exact, likeness
from regulars.members.duplicates_linking import linked

_FACTS = ("given_name", "family_name", "birth_on", "street", "postcode", "sex")


def run(people: int) -> dict[str, object]:
    """In a process of its own, so that the peak is its own."""
    done = measuring.run([sys.executable, "-m", "benchmarks.bench_duplicates", "--people", str(people)])
    figure: dict[str, object] = json.loads(done.output)
    return figure


def measure(people: int) -> dict[str, object]:
    truth: list[int] = []
    began = time.perf_counter()
    found = linked(_told(made(people), truth), score_min=0.5)
    seconds = time.perf_counter() - began
    planted = sum(count * (count - 1) // 2 for count in Counter(truth).values())
    sure = [pair for pair in found if pair.score >= 0.9]
    figure: dict[str, object] = {
        "name": f"duplicates_{people}_people",
        "entries": len(truth),
        "planted_pairs": planted,
        "seconds": round(seconds, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    exact = [pair for pair in found if is_exact(pair.levels)]
    for name, chosen in (("at_0.5", found), ("at_0.9", sure), ("exact", exact)):
        right = sum(truth[pair.one.int - 1] == truth[pair.two.int - 1] for pair in chosen)
        figure[name] = {
            "pairs": len(chosen),
            "precision": round(right / max(1, len(chosen)), 4),
            "recall": round(right / planted, 4),
        }
    return figure


def _told(people: Iterator[Person], truth: list[int]) -> Iterator[tuple[UUID, Likeness]]:
    """As the reading of members tells them; making them up is part of the clock."""
    for number, one in enumerate(people, 1):
        truth.append(one.truth)
        facts = {name: getattr(one, name) for name in _FACTS}
        yield UUID(int=number), likeness(facts, phone=one.phone or None, email=one.email or None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    print(json.dumps(measure(parser.parse_args().people)))


if __name__ == "__main__":
    main()
