"""What a start was asked for, checked before anything is started."""

import ipaddress
import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regulars.server.errors import WrongOption
from regulars.server.place import DATA, URL, Place

LINK = "REGULARS_LINK"  # whether a link for the first administrator is wanted: a worker would end the web part's
BEGIN = "REGULARS_BEGIN"  # what an organisation is called, where it is, what it sells in
LOCAL = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the web part listens, and who ends TLS."""

    host: str = "127.0.0.1"
    port: int = 8000
    tls_cert: Path | None = None
    tls_key: Path | None = None
    behind_proxy: bool = False
    names: tuple[str, ...] = ()
    plain: bool = False

    @property
    def loopback(self) -> bool:
        return self.host == "localhost" or (_is_number(self.host) and ipaddress.ip_address(self.host).is_loopback)

    @property
    def address(self) -> str:
        """As a person types it, beginning with https where TLS is ended here or by the proxy."""
        if self.behind_proxy and self.names:
            return f"https://{self.names[0]}"
        return f"{'https' if self.tls_cert else 'http'}://{self.names[0] if self.names else self.reached}:{self.port}"

    @property
    def reached(self) -> str:
        """The host as this machine itself reaches it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"[{host}]" if ":" in host else host


@dataclass(frozen=True, slots=True)
class Asked:
    """What to run, where."""

    place: Place
    listening: Listening | None  # None: no web part
    worker: bool = True
    processes: int = 2  # of the web
    jobs: int = 4  # at once
    begin: Mapping[str, str] | None = None  # name, zone and currency of an organisation to be, where there is none

    def environment(self) -> Mapping[str, str]:
        """What the parts are told; the rest of the environment is as ours."""
        told = {DATA: str(self.place.data), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
        if self.place.own_url:
            told[URL] = self.place.own_url
        told[LINK] = "1" if self.listening else "0"
        if self.begin:
            told[BEGIN] = json.dumps(self.begin)
        if listening := self.listening:
            told["REGULARS_PROXY"] = "1" if listening.behind_proxy else "0"
            told["REGULARS_TLS"] = "1" if listening.tls_cert else "0"
            given = listening.names or tuple(filter(None, os.environ.get("REGULARS_HOSTS", "").split(",")))
            own = () if listening.host in ("0.0.0.0", "::") else (listening.reached,)
            told["REGULARS_HOSTS"] = ",".join(dict.fromkeys([*given, *own, *LOCAL]))
        return told


def check(listening: Listening) -> None:
    """Refuses what would be unsafe or cannot work. Raises WrongOption."""
    if not 0 < listening.port < 65536:
        raise WrongOption("A port is a number from 1 to 65535.")
    if bool(listening.tls_cert) != bool(listening.tls_key):
        raise WrongOption("--tls-cert and --tls-key go together.")
    if listening.tls_cert and listening.tls_key:
        _check_tls(listening.tls_cert, listening.tls_key)
    safe = listening.loopback or listening.tls_cert or listening.behind_proxy or listening.plain
    if not safe:
        raise WrongOption(
            f"{listening.host} can be reached from other machines, and passwords would pass in the clear. Give "
            "--tls-cert and --tls-key, or --behind-proxy where a proxy ends TLS, or --plain where the network is safe."
        )
    if listening.behind_proxy and listening.tls_cert:
        raise WrongOption("--behind-proxy says that the proxy ends TLS; leave --tls-cert and --tls-key out.")


def _check_tls(cert: Path, key: Path) -> None:
    for path in (cert, key):
        if not os.access(path, os.R_OK):
            raise WrongOption(f"{path} is not there, or may not be read.", path=str(path))
    if "BEGIN PRIVATE KEY" not in key.read_text(encoding="ascii", errors="replace"):
        raise WrongOption(
            f"{key} must be a key in the form PKCS#8, without a password. Make one of it with: "
            f"openssl pkcs8 -topk8 -nocrypt -in {key} -out key.pem",
            path=str(key),
        )
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except (ssl.SSLError, OSError) as wrong:
        raise WrongOption(f"{cert} and {key} do not belong together: {wrong}.", path=str(cert)) from wrong


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
