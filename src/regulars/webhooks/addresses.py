"""Addresses that webhooks may go to: their form, and whether a number leads inside the house's own network."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from regulars.webhooks.errors import WrongAddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LONGEST: Final = 500
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\.?")
_NUMBER: Final = re.compile(r"(0[xX][0-9a-fA-F]*|[0-9]+)")
# IPv6 that a gateway turns into the IPv4 address in its last 32 bits: anywhere (RFC 6052), or as the house set it up
# (RFC 8215).
_GATEWAY: Final = ipaddress.ip_network("64:ff9b::/96")
_OWN_GATEWAY: Final = ipaddress.ip_network("64:ff9b:1::/48")


@dataclass(frozen=True, slots=True)
class Reach:
    """What webhooks may reach beyond the open Internet over TLS; by the settings, nothing unless they say so."""

    networks: tuple[Network, ...] = ()
    plain_http: bool = False

    @classmethod
    def read(cls, networks: str, *, plain_http: bool) -> "Reach":
        """Of the settings' texts. Raises ValueError.

        >>> Reach.read("10.1.0.0/16, 127.0.0.1", plain_http=False).networks[1]
        IPv4Network('127.0.0.1/32')
        """
        named = [one.strip() for one in networks.split(",") if one.strip()]
        return cls(tuple(ipaddress.ip_network(one) for one in named), plain_http)

    def allows(self, number: Address) -> bool:
        plain = number.ipv4_mapped or number if isinstance(number, ipaddress.IPv6Address) else number
        return not is_inside(number) or any(plain in network for network in self.networks)


def is_inside(number: Address) -> bool:
    """Whether it is anything but a single machine on the open Internet.

    >>> [is_inside(ipaddress.ip_address(n)) for n in ("127.0.0.1", "100.64.0.1", "::ffff:10.0.0.1", "1.1.1.1")]
    [True, True, True, False]
    """
    if number in _GATEWAY:
        return is_inside(ipaddress.IPv4Address(int(number) & 0xFFFF_FFFF))
    if not number.is_global or number.is_multicast or number.is_reserved:
        return True
    if isinstance(number, ipaddress.IPv4Address):
        return False
    if number.is_site_local or number in _OWN_GATEWAY:
        return True
    carried = number.ipv4_mapped or number.sixtofour or (number.teredo or (None, None))[1]
    return carried is not None and is_inside(carried)


def checked(address: str, reach: Reach) -> SplitResult:
    """The parts of an address that may be kept: its form, without asking anybody what its name stands for.

    Raises WrongAddress.
    """
    parts = _parts(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and reach.plain_http):
        raise WrongAddress(
            "The address begins with https://; for http:// the server needs REGULARS_WEBHOOK_HTTP=1.", why="scheme"
        )
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None or parts.fragment or "#" in address:
        raise WrongAddress("The address has neither a name and password nor a fragment.", why="form")
    number = _number(host)
    if number is None and (not _HOST.fullmatch(host) or _NUMBER.fullmatch(host.rstrip(".").rsplit(".", 1)[-1])):
        raise WrongAddress("The address names no host.", why="form")
    if number is not None and not reach.allows(number):
        raise WrongAddress(
            "The address is inside the house's own network, and not in the server's REGULARS_WEBHOOK_NETWORKS.",
            why="inside",
        )
    return parts


def _parts(address: str) -> SplitResult:
    if len(address) > LONGEST or not re.fullmatch(r"[!-\[\]-~]+", address):
        raise WrongAddress(f"The address has at most {LONGEST} characters, all of them plain ASCII.", why="form")
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as wrong:
        raise WrongAddress("This is no address of the web.", why="form") from wrong
    if parts.port == 0:
        raise WrongAddress("This is no address of the web.", why="form")
    return parts


def _number(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host) if "%" not in host else None
    except ValueError:
        return None


def port_of(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def resolved(host: str, port: int) -> list[Address]:
    """What a name stands for now, in the order to be tried. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    return list(dict.fromkeys(numbers))
