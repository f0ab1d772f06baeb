"""What a database holds at one instant: rows of every table, and the heads of both chains."""

from typing import Any

import psycopg
from psycopg import sql

_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
_HEADS = {
    "ledger": "SELECT number || ':' || encode(digest, 'hex') FROM ledger_seal ORDER BY number DESC LIMIT 1",
    "journal": "SELECT number || ':' || encode(seal, 'hex') FROM journal_chain LIMIT 1",
}


def rows(connection: "psycopg.Connection[Any]") -> dict[str, int]:
    """One query a table."""
    names = [name for (name,) in connection.execute(_TABLES).fetchall()]
    count = sql.SQL("SELECT count(*) FROM {}")
    return {name: connection.execute(count.format(sql.Identifier(name))).fetchone()[0] for name in sorted(names)}  # type: ignore[index]


def heads(connection: "psycopg.Connection[Any]") -> dict[str, str]:
    """Of the chains that are there."""
    known = {name for (name,) in connection.execute(_TABLES).fetchall()}
    found: dict[str, str] = {}
    for chain, query in _HEADS.items():
        if query.split(" FROM ")[1].split()[0] in known and (row := connection.execute(query).fetchone()):
            found[chain] = str(row[0])
    return found
