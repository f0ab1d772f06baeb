"""Where one installation keeps its data, and which database it works on."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from regulars.basics.errors import RegularsError
from regulars.server.postgres import Cluster

DATA: Final = "REGULARS_DATA"
DEFAULT: Final = Path("regulars-data")
URL: Final = "DATABASE_URL"


class WrongDatabaseUrl(RegularsError):
    """DATABASE_URL is no address of a PostgreSQL database."""

    code = "wrong-database-url"


@dataclass(frozen=True, slots=True)
class Place:
    """The data folder, and the address of a database of one's own (None: the embedded one)."""

    data: Path
    own_url: str | None = None

    @classmethod
    def here(cls) -> "Place":
        """By the environment."""
        return cls(Path(os.environ.get(DATA) or DEFAULT).resolve(), os.environ.get(URL) or None)

    @property
    def cluster(self) -> Cluster | None:
        """The embedded database, where it is the one in use."""
        return None if self.own_url else Cluster(self.data)

    @property
    def secrets(self) -> Path:
        return self.data / "secrets"

    @property
    def lake(self) -> Path:
        return self.data / "lake"

    @property
    def lakes(self) -> Path:
        """Of what tills sell here: a lake for each organisation and currency."""
        return self.data / "lakes"

    def database(self) -> dict[str, object]:
        """Connection settings as Django has them. Raises WrongDatabaseUrl.

        Before the embedded database is made there is no password yet: the settings can be read, and connecting fails.
        """
        if self.own_url:
            return parts_of(self.own_url)
        cluster = Cluster(self.data)
        if not cluster.password_file.exists():
            return {"NAME": "regulars", "USER": "regulars", "HOST": str(cluster.sockets), "PORT": "5432", "OPTIONS": {}}
        return parts_of(cluster.url())


def parts_of(url: str) -> dict[str, object]:
    """The parts of a postgresql:// address. Raises WrongDatabaseUrl.

    >>> parts_of("postgresql://ann:s%40crt@db.example:5433/shop?sslmode=require")["PASSWORD"]
    's@crt'
    """
    found = urlsplit(url)
    if found.scheme not in ("postgresql", "postgres"):
        raise WrongDatabaseUrl(
            "DATABASE_URL must begin with postgresql://, as in postgresql://name:password@host:5432/database."
        )
    asked = dict(parse_qsl(found.query))
    host, port = asked.pop("host", None), asked.pop("port", None)
    return {
        "NAME": unquote(found.path.lstrip("/")) or "regulars",
        "USER": unquote(found.username or ""),
        "PASSWORD": unquote(found.password or ""),
        "HOST": host or unquote(found.hostname or ""),
        "PORT": port or str(found.port or ""),
        "OPTIONS": asked,
    }
