"""One deed of ours, recorded statement by statement, as pgbench repeats it: the same SQL without our work around it."""

import random
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

NEW_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
KEY = "recorded-key"


@contextmanager
def recorded() -> Iterator[list[str]]:
    """Every statement that goes to the database, with its values in it."""
    import psycopg
    from django.db import connection

    from regulars.journal import prepared

    told: list[str] = []
    plain, short = psycopg.Cursor.execute, prepared.rows

    def execute(self: Any, query: Any, params: Any = None, **rest: Any) -> Any:
        client = psycopg.ClientCursor(connection.connection)
        if isinstance(self, psycopg.RawCursor):  # its places have numbers
            texts = [client.mogrify("%s", [value]) for value in params or ()]
            told.append(re.sub(r"\$(\d+)", lambda found: texts[int(found[1]) - 1], query.decode()))
        else:
            told.append(client.mogrify(query, params))
        return plain(self, query, params, **rest)

    psycopg.Cursor.execute = execute  # type: ignore[method-assign]
    prepared.rows = lambda *_: None  # everything by a cursor
    try:
        yield told
    finally:
        psycopg.Cursor.execute, prepared.rows = plain, short  # type: ignore[method-assign]


def script(
    told: Sequence[str], *, probe: int, first: int, last: int, clients: int, stands: Callable[[str], bool]
) -> str:
    """The statements as one transaction: the holder (recorded as `probe`) by chance, new ids in the order of their
    making, a new key. `stands`: whether an id is the same each time."""
    statements = [one for one in told if not re.match(r"(?i)\s*(begin|commit|set|select 1$|savepoint|release)", one)]
    names: dict[str, str] = {}
    lines = ["\\set n :n + 1", f"\\set made 10000000000000 + :n * {clients} + :client_id"]
    lines += [f"\\set holder random({first}, {last})"]
    texts = (_repeatable(one, names, f"{probe:012d}", stands) for one in statements)
    return "\n".join([*lines, "begin;", *texts, "commit;", ""])


def _repeatable(statement: str, names: dict[str, str], probe: str, stands: Callable[[str], bool]) -> str:
    """Texts in quotes become texts put together; what is new in each deed is a variable."""

    def name(found: re.Match[str]) -> str:
        number = found[0].replace("-", "")
        if number.endswith(probe):
            return f"{number[:20]}000000\x00:holder\x00"
        if stands(number):
            return found[0]
        place = names.setdefault(number, f"{len(names):02d}")
        return f"{number[:12]}7000\x00:made\x00{place}"

    def text(found: re.Match[str]) -> str:
        told = found[0].replace('":', '": ')  # JSON's colon would begin a variable
        if told.startswith("E"):  # bytes, which are kept as they came
            return told
        new = NEW_ID.sub(name, told).replace(KEY, "k\x00:made\x00")
        parts = new.split("\x00")
        if len(parts) == 1:
            return told
        pieces = [f"{part}::text" if part.startswith(":") else part for part in parts]
        first, last = pieces[0] + "'", "'" + pieces[-1]
        inner = [piece if piece.startswith(":") else f"'{piece}'" for piece in pieces[1:-1]]
        return "(" + " || ".join([first, *inner, last]) + ")"

    joined = re.sub(r"E?'(?:[^']|'')*'", text, statement)
    return " ".join(joined.split()) + ";"


def pgbench(path: str, url: str, *, clients: int, seconds: int) -> tuple[float, float]:
    """Transactions a second, and their average milliseconds."""
    from regulars.server.postgres.binaries import binaries
    from regulars.server.postgres.owner import Owner

    tool = binaries(Owner.here()) / "pgbench"
    base = random.randrange(10**7) * 1_000
    asked = [str(tool), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-D", f"n={base}"]
    ran = subprocess.run([*asked, "-f", path, url], capture_output=True, text=True)
    rate = re.search(r"tps = ([\d.]+) \(without", ran.stdout)
    wait = re.search(r"latency average = ([\d.]+) ms", ran.stdout)
    if ran.returncode or rate is None or wait is None or "number of failed transactions: 0 " not in ran.stdout:
        raise SystemExit(f"pgbench: {ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return float(rate[1]), float(wait[1])
