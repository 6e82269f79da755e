"""Addresses of services as others tell them, and to which machines they lead."""

from __future__ import annotations

import ipaddress
import re

_BASE = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?")


def is_near(address: str) -> bool:
    """Whether an IP address is of this machine, or of what its link alone reaches.

    Example:
        >>> is_near("127.0.0.1"), is_near("::ffff:127.0.0.1"), is_near("fe80::1%eth0"), is_near("10.1.2.3")
        (True, True, True, False)
    """
    host = ipaddress.ip_address(address.partition("%")[0])
    host = getattr(host, "ipv4_mapped", None) or host
    return host.is_loopback or host.is_link_local or host.is_unspecified or host.is_multicast


def is_base(url: str) -> bool:
    """Whether a path may be added to an address: it names a host, perhaps a folder, and no user or query.

    Example:
        >>> is_base("https://a.example/elicense"), is_base("https://a.example/?to="), is_base("https://a@b.example")
        (True, False, False)
    """
    return _BASE.fullmatch(url) is not None
