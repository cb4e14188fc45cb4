"""The address guard: which addresses we connect to. A feed must not lead us into the network that we stand in.

It is asked where the connection is made, about the very address, never about a name: a name may resolve to another address
the next time (DNS rebinding), and `2130706433` or `0x7f000001` are addresses to the resolver only.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from wirewatch.errors import Reason, Retry

Address = IPv4Address | IPv6Address

_NOT_PUBLIC = ip_network("192.0.0.0/24")  # IETF protocol assignments; Python 3.11 calls only a part of it private
_UNICAST = ip_network("2000::/3")  # IPv6 addresses that IANA gives out; all else is local, reserved or multicast
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last 32 bits
_NOT_ROUTED = ip_network("3fff::/20")  # RFC 9637, documentation; unknown to Python 3.11


class Guard:
    """Refuses private, loopback, link-local, multicast, reserved, unspecified and shared (100.64/10) addresses."""

    def __init__(self, allow: Sequence[str] = ()) -> None:
        """`allow`: networks in CIDR form that are let through."""
        self._allow = [ip_network(network) for network in allow]

    def check(self, ip: str) -> None:
        """Raise Retry(BLOCKED_ADDRESS) unless a connection to `ip` may be made."""
        try:
            address = _plain(ip_address(ip))
        except ValueError:
            raise Retry(Reason.BLOCKED_ADDRESS, "not an IP address") from None
        if not self._allowed(address) and not _public(address):
            raise Retry(Reason.BLOCKED_ADDRESS, f"{address} is not a public address")

    def _allowed(self, address: Address) -> bool:
        return any(address in network for network in self._allow)


def _plain(address: Address) -> Address:
    """An IPv4 address written as IPv6 (::ffff:127.0.0.1) is the IPv4 address: the kernel connects there."""
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved and address not in _NOT_PUBLIC
    if not all(_public(inner) for inner in _embedded(address)):
        return False
    return address in _NAT64 or (address in _UNICAST and address.is_global and address not in _NOT_ROUTED)


def _embedded(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a tunnel or translator on the way would send this one's packets to."""
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
