"""Addresses are network-order bytes."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaspec.address import VRRP_GROUP_V4, Address, family_of, format_address, is_multicast, parse_address

addresses = (st.binary(min_size=4, max_size=4) | st.binary(min_size=16, max_size=16)).map(Address)


@given(addresses)
def test_parse_undoes_format(address: Address) -> None:
    """An address is read back as it was written, as the standard library writes it."""
    text = format_address(address)
    assert parse_address(text) == address
    assert text == str(ipaddress.ip_address(bytes(address)))


@given(addresses)
def test_classes_are_those_of_the_standard_library(address: Address) -> None:
    """Family and multicast as ``ipaddress`` sees them."""
    reference = ipaddress.ip_address(bytes(address))
    assert (family_of(address), is_multicast(address)) == (reference.version, reference.is_multicast)


@pytest.mark.parametrize("text", ["", "192.0.2", "192.0.2.256", "192.0.2.1/24", "fe80:::1", "eth0"])
def test_other_text_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_address(text)


def test_addresses_compare_as_unsigned_numbers() -> None:
    """RFC 9568 6.4.3: 192.0.2.200 is higher than 192.0.2.100, and 224.0.0.1 than 10.0.0.1, which signed integers get wrong."""
    assert parse_address("192.0.2.200") > parse_address("192.0.2.100")
    assert parse_address("224.0.0.1") > parse_address("10.0.0.1")
    assert format_address(VRRP_GROUP_V4) == "224.0.0.18"
    assert is_multicast(VRRP_GROUP_V4)
