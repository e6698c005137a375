"""Laws of addresses: they are read as the standard library reads them, and written as they are read."""

import ipaddress

from hypothesis import example, given
from hypothesis import strategies as st

from kaspec.address import format_address, parse_address

octets = st.integers(0, 255).map(str) | st.integers(0, 300).map(str) | st.sampled_from(("00", "01", "", " 1", "+1", "٣", "1e1", "1_0"))
nearly = (st.lists(octets, min_size=4, max_size=4) | st.lists(octets, max_size=6)).map(".".join)
texts = st.one_of(nearly, st.ip_addresses().map(str), st.text("0123456789abcdef:.", max_size=20))


@given(texts)
@example("192.0.2.01")
@example("192.0.2.256")
@example("255.255.255.255")
@example("192.0.2.1\n")
def test_what_is_an_address_is_what_the_standard_library_takes_for_one(text: str) -> None:
    try:
        wanted = ipaddress.ip_address(text).packed
    except ValueError:
        wanted = None
    try:
        found = parse_address(text)
    except ValueError:
        found = None
    assert found == wanted


@given(st.ip_addresses())
def test_an_address_is_written_as_it_is_read(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert parse_address(format_address(parse_address(str(address)))) == address.packed
