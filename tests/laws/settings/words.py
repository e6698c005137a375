"""The words of a configuration: names, addresses, commands."""

from hypothesis import strategies as st

from kaspec.address import Address, Family
from kaspec.config.model import Command
from kaspec.config.reader import OUTERMOST

printable = st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters='"')
words = st.text(printable, min_size=1, max_size=12).filter(lambda word: word not in OUTERMOST)
"""Not ``SSL`` and the like: alone on a line of a list, the reader takes that for the section, the list for one that is not closed."""
phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)
names = st.text(st.sampled_from("abz09-_.#!"), min_size=1, max_size=13).filter(lambda name: name not in {".", ".."})
interfaces = st.sampled_from(("eth0", "eth1", "bond0.100")) | names
octets = st.integers(0, 255)
ipv4_hosts = st.binary(min_size=4, max_size=4).map(Address)
ipv6_hosts = st.binary(min_size=16, max_size=16).map(Address)
hosts: dict[Family, st.SearchStrategy[Address]] = {4: ipv4_hosts, 6: ipv6_hosts}
BITS: dict[Family, int] = {4: 32, 6: 128}
commands = st.builds(Command, phrases, st.just("root"), st.none() | words) | st.builds(Command, phrases)
choices = st.none() | st.booleans()
groups: dict[Family, st.SearchStrategy[Address]] = {
    4: st.binary(min_size=3, max_size=3).map(lambda rest: Address(b"\xe1" + rest)),
    6: st.binary(min_size=14, max_size=14).map(lambda rest: Address(b"\xff\x02" + rest)),
}
"""Groups to multicast to."""
