"""The address guard lets public addresses through, and no spelling of another one."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.errors import Reason, Retry
from wirewatch.net.guard import Guard

REFUSED = {
    "loopback": "127.0.0.1",
    "all of loopback": "127.200.3.4",
    "private 10": "10.1.2.3",
    "private 172": "172.31.255.255",
    "private 192": "192.168.0.1",
    "link-local, a cloud's metadata": "169.254.169.254",
    "shared by carriers": "100.64.0.1",
    "multicast": "224.0.0.1",
    "multicast, administrative": "239.255.255.250",
    "unspecified": "0.0.0.0",
    "this network": "0.1.2.3",
    "broadcast": "255.255.255.255",
    "reserved": "240.0.0.1",
    "protocol assignments": "192.0.0.170",
    "protocol assignments, the rest": "192.0.0.77",
    "documentation": "203.0.113.9",
    "benchmarks": "198.18.0.1",
    "loopback 6": "::1",
    "unspecified 6": "::",
    "link-local 6": "fe80::1",
    "link-local 6 with its zone": "fe80::1%eth0",
    "unique local 6": "fd00:ec2::254",
    "site-local 6": "fec0::1",
    "multicast 6": "ff02::1",
    "documentation 6": "2001:db8::1",
    "documentation 6, the newer": "3fff::1",
    "discard 6": "100::1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped private": "::ffff:10.0.0.1",
    "compatible loopback": "::127.0.0.1",
    "6to4 of private": "2002:0a00:0001::1",
    "NAT64 of loopback": "64:ff9b::7f00:1",
    "NAT64 for local use": "64:ff9b:1::808:808",
    "Teredo": "2001:0:7f00:1::1",
}


@pytest.mark.parametrize("ip", REFUSED.values(), ids=REFUSED.keys())
def test_an_address_that_is_not_public_is_refused(ip: str) -> None:
    guard = Guard()

    with pytest.raises(Retry) as refused:
        guard.check(ip)

    assert refused.value.reason is Reason.BLOCKED_ADDRESS


@pytest.mark.parametrize(
    "ip", ["8.8.8.8", "93.184.216.34", "::ffff:8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "2002:0808:0808::1"]
)
def test_a_public_address_is_let_through(ip: str) -> None:
    Guard().check(ip)


@pytest.mark.parametrize("ip", ["127.0.1.7", "::ffff:127.0.1.7"])
def test_an_allowed_network_is_let_through_in_either_spelling(ip: str) -> None:
    Guard(["127.0.1.0/24"]).check(ip)


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.0.2.1", "::1", "64:ff9b::7f00:107"])
def test_an_allowed_network_opens_no_other(ip: str) -> None:
    with pytest.raises(Retry):
        Guard(["127.0.1.0/24"]).check(ip)


@given(st.ip_addresses(v=4))
def test_every_tunnel_to_a_refused_address_is_refused(inner: IPv4Address) -> None:
    guard = Guard()
    plain = refuses(guard, str(inner))

    mapped = refuses(guard, f"::ffff:{inner}")
    nat64 = refuses(guard, str(IPv6Address((0x64FF9B << 96) | int(inner))))
    sixtofour = refuses(guard, str(IPv6Address((0x2002 << 112) | (int(inner) << 80) | 1)))

    assert (mapped, nat64) == (plain, plain)
    assert sixtofour or not plain


@given(st.ip_addresses(v=6))
def test_any_address_gets_an_answer(address: IPv6Address) -> None:
    assert refuses(Guard(), str(address)) in (True, False)


def refuses(guard: Guard, ip: str) -> bool:
    try:
        guard.check(ip)
    except Retry:
        return True
    return False
