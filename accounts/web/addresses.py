"""Where a request comes from, whatever its headers claim."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The network address of whoever asks; None where the server does not know it.

    Every trusted proxy adds one entry at the end of `X-Forwarded-For`; what stands before those
    entries was typed by anybody and is not read.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = request.headers.get("X-Forwarded-For", "").split(",")
    if proxies and len(told) >= proxies and (address := _read(told[-proxies])):
        return address
    return _read(request.META.get("REMOTE_ADDR", ""))


def _read(text: str) -> str | None:
    """An address as the database takes it: no port, no zone, IPv4 as IPv4."""
    try:
        address: IPv4Address | IPv6Address = ip_address(_without_port(text.strip()))
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or IPv6Address(int(address))
    return str(address)


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
