"""Signing on through a proxy: whom to believe, and whom the header or the certificate names.

A proxy is named by the address it connects from, never by a header. ``unix`` names one that
connects through a socket file and so has no address.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

UNIX = "unix"
VERIFIED = "SUCCESS"
# What Django itself lets a login be called.
_LOGIN = re.compile(r"[\w.@+-]{1,150}")
_HEADER = re.compile(r"X-[A-Za-z0-9]+(-[A-Za-z0-9]+)*|Remote-User")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9-]*|\d+(\.\d+)*")
_WHOLE = re.compile(r"(\\.|[^\\])*")
_HEX = re.compile(r"[0-9A-Fa-f]{2}")


class SignOn(StrEnum):
    """Who vouches for a visitor beside the password."""

    OFF = "off"
    PROXY_HEADER = "proxy-header"
    CLIENT_CERTIFICATE = "client-certificate"


class CertificateName(StrEnum):
    """Which part of a certificate's subject says whose it is."""

    COMMON_NAME = "CN"
    SERIAL_NUMBER = "serialNumber"


# The same under their number, or as others abbreviate them.
_ALSO = {"2.5.4.3": "CN", "2.5.4.5": "SERIALNUMBER", "SN": "SERIALNUMBER"}


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies that are believed."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    unix: bool = False

    def __bool__(self) -> bool:
        return self.unix or bool(self.networks)

    def hold(self, peer: str) -> bool:
        """Whether the other end of the connection is one of them."""
        if not peer:
            return self.unix
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.networks)


def proxies_named(names: Iterable[str]) -> Proxies:
    """The proxies of a list of addresses and networks, and ``unix``.

    Raises ``ValueError`` with what is no address, or would name everybody.
    """
    networks = []
    unix = False
    for name in (each.strip() for each in names):
        if name == UNIX:
            unix = True
            continue
        network = ip_network(name)
        if network.prefixlen == 0:
            raise ValueError(f"{name!r} names everybody")
        networks.append(network)
    return Proxies(tuple(networks), unix)


def is_header_name(name: str) -> bool:
    """Whether a header of that name may carry a login: ``X-…`` or ``Remote-User``.

    Names with an underscore are not, since servers drop them or take them for another.
    """
    return _HEADER.fullmatch(name) is not None and not name.lower().startswith("x-forwarded-")


def login_in(header: str) -> str | None:
    """The login a proxy's header names; None for what is no login, such as a header sent twice."""
    name = header.strip()
    return name if _LOGIN.fullmatch(name) else None


def name_in_certificate(*, verify: str, subject: str, part: CertificateName) -> str | None:
    """Whose certificate it is: the one CN or serial number of a subject as RFC 4514 writes it.

    None unless the proxy has verified the certificate, and where the subject cannot be read, or
    names nobody or several.
    """
    if verify != VERIFIED:
        return None
    found = [value for key, value in _parts_of(subject) if key == part.value.upper()]
    return found[0] if len(found) == 1 and found[0] else None


def _parts_of(subject: str) -> list[tuple[str, str]]:
    """Keys and values of a subject; nothing where any of it is malformed."""
    if not _WHOLE.fullmatch(subject):
        return []
    found = []
    for part in re.findall(r"(?:\\.|[^\\,+])+", subject):
        key, equals, value = part.strip().partition("=")
        key = key.strip().upper()
        plain = _unescaped(value)
        if not equals or not _KEY.fullmatch(key) or plain is None:
            return []
        found.append((_ALSO.get(key, key), plain))
    return found


def _unescaped(value: str) -> str | None:
    """What is written with ``\\,`` and ``\\E5\\BC\\A0``, as it is meant."""
    made = bytearray()
    at = 0
    while at < len(value):
        if value[at] != "\\":
            made += value[at].encode()
            at += 1
        elif _HEX.fullmatch(value[at + 1 : at + 3]):
            made.append(int(value[at + 1 : at + 3], 16))
            at += 3
        elif at + 1 < len(value):
            made += value[at + 1].encode()
            at += 2
        else:
            return None
    try:
        return made.decode().strip()
    except UnicodeDecodeError:
        return None
