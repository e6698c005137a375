"""Debouncing, against a model that looks back: what the node believes of a link is what the kernel has said for long enough."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec.address import Address
from kaspec.debounce import Unsettled, hear, next_due, take_due
from kaspec.link_delay import LinkDelay
from kaspec.node import LinkChanged
from kaspec.tracking import Link
from kaspec.units import SECOND, Instant, Interval, after
from tests.laws.strategies import HOSTS

steps = st.lists(st.tuples(st.integers(0, 4), st.sampled_from((True, True, False, False, None)), st.sampled_from(HOSTS[:2])), max_size=12)
delays = st.builds(lambda down, up: LinkDelay("eth0", Interval(down * SECOND), Interval(up * SECOND)), st.integers(0, 5), st.integers(0, 5))
LONGEST = Interval(5 * SECOND)


def believed(delay: LinkDelay | None, story: list[tuple[Instant, Link | None]], until: Instant) -> list[tuple[Instant, Link | None]]:
    """What the node is told, and when."""
    unsettled, told, heard = Unsettled(), Link("eth0", up=True), list[tuple[Instant, Link | None]]()
    now_it_is: Link | None = told
    for at, link in (*story, (until, None)):
        while (due := next_due(unsettled)) is not None and due <= at:
            unsettled, changes = take_due(unsettled, due)
            for change in changes:
                now_it_is = change.link
                heard.append((due, now_it_is))
        if at == until:
            break
        unsettled, change = hear([delay] if delay else [], unsettled, now_it_is, LinkChanged("eth0", link), at)
        now_it_is = change.link
        heard.append((at, now_it_is))
    return heard


def timeline(drawn: list[tuple[int, bool | None, Address]]) -> list[tuple[Instant, Link | None]]:
    now, story = Instant(0), list[tuple[Instant, Link | None]]()
    for wait, up, address in drawn:
        now = after(now, Interval(wait * SECOND))
        story.append((now, None if up is None else Link("eth0", up, (address,))))
    return story


@given(steps)
def test_without_a_delay_all_is_told_at_once(drawn: list[tuple[int, bool | None, Address]]) -> None:
    story = timeline(drawn)
    assert believed(None, story, Instant(10**9)) == story


@given(delays, steps)
def test_in_the_end_the_node_knows_the_link_as_it_is(delay: LinkDelay, drawn: list[tuple[int, bool | None, Address]]) -> None:
    story = timeline(drawn)
    if story:
        assert believed(delay, story, after(story[-1][0], Interval(LONGEST + 1)))[-1][1] == story[-1][1]


@given(delays, steps)
def test_a_change_counts_when_it_has_lasted_and_not_before(delay: LinkDelay, drawn: list[tuple[int, bool | None, Address]]) -> None:
    """Whenever the node hears of a link that existed before going down or up, the kernel had said nothing else for the delay."""
    story = [(Instant(-1), Link("eth0", up=True)), *timeline(drawn)]
    before: Link | None = story[0][1]
    for at, link in believed(delay, story[1:], Instant(10**9)):
        if before is not None and link is not None and link.up != before.up:
            wanted = delay.up if link.up else delay.down
            said = [each for when, each in story if at - wanted < when < at] + [[each for when, each in story if when <= at - wanted][-1]]
            assert all(each is not None and each.up == link.up for each in said if said) or wanted == 0
        before = link


@given(delays, steps)
def test_addresses_are_never_held_back(delay: LinkDelay, drawn: list[tuple[int, bool | None, Address]]) -> None:
    story = timeline(drawn)
    told = dict(believed(delay, story, Instant(10**9)))
    for at, link in dict(story).items():
        seen = told[at]
        assert (seen is None) == (link is None)
        if seen is not None and link is not None:
            assert evolve(seen, up=link.up) == link


def test_a_flap_shorter_than_the_delay_moves_nothing() -> None:
    up, down = Link("eth0", up=True), Link("eth0", up=False)
    delay = LinkDelay("eth0", Interval(2 * SECOND))
    flap = [(Instant(0), down), (Instant(SECOND), up), (Instant(2 * SECOND), down), (Instant(3 * SECOND), up)]
    assert {link for _, link in believed(delay, list(flap), Instant(10 * SECOND))} == {up}
    stays = believed(delay, [(Instant(0), down)], Instant(10 * SECOND))
    assert stays == [(0, up), (2 * SECOND, down)]
