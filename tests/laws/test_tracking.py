"""Laws of tracking: the order in which the world is told cannot matter, and the priority stays in its range."""

from itertools import pairwise

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec.address import Address, parse_address
from kaspec.node import LinkChanged, Node, NodeState, initial, node_step
from kaspec.tracking import NOTHING, Contribution, Link, combine, fold, interface_contribution, source_address, source_candidates, standing
from kaspec.units import Instant
from kaspec.vrrp.router import InterfaceTrack, VirtualRouter
from tests.laws.strategies import HOSTS, VIRTUAL, links, nodes, reasons, routers, tracks, worlds

contributions = st.builds(Contribution, st.integers(-600, 600), st.frozensets(reasons, max_size=3))
virtual_sets = st.frozensets(st.sampled_from(VIRTUAL))
V6_HOST = parse_address("fe80::1")


@given(contributions, contributions, contributions)
def test_contributions_are_a_commutative_monoid(one: Contribution, two: Contribution, three: Contribution) -> None:
    """``combine`` is commutative and associative, and ``NOTHING`` is neutral on either side."""
    assert combine(one, two) == combine(two, one)
    assert combine(combine(one, two), three) == combine(one, combine(two, three))
    assert combine(one, NOTHING) == one == combine(NOTHING, one)


@given(st.lists(contributions, max_size=6), st.data())
def test_folding_forgets_the_order(each: list[Contribution], data: st.DataObject) -> None:
    """Any permutation folds to the same, with the weights added up."""
    assert fold(data.draw(st.permutations(each))) == fold(each)
    assert fold(each).weight == sum(one.weight for one in each)


@given(routers(), worlds, virtual_sets, st.data())
def test_a_standing_does_not_depend_on_order(
    router: VirtualRouter, world: list[Link], virtual: frozenset[Address], data: st.DataObject
) -> None:
    """Neither the order of ``track_interface`` lines nor that of the interfaces counts."""
    shuffled = evolve(router, tracks=tuple(data.draw(st.permutations(router.tracks))))
    seen = {link.name: link for link in world}
    again = {link.name: link for link in data.draw(st.permutations(world))}
    assert standing(shuffled, again, virtual) == standing(router, seen, virtual)


@given(routers(), worlds)
def test_the_effective_priority_stays_in_range(router: VirtualRouter, world: list[Link]) -> None:
    """1..254 whatever the weights (0 and 255 have meanings of their own, RFC 3768 5.3.4); an owner's is always 255."""
    result = standing(router, {link.name: link for link in world})
    assert result.priority == 255 if router.is_owner else 1 <= result.priority <= 254
    assert [*result.faults] == sorted(set(result.faults), key=lambda reason: (reason.kind, reason.subject))


@given(tracks, st.none() | links("eth0"))
def test_reverse_swaps_up_and_down(track: InterfaceTrack, link: Link | None) -> None:
    """Two reversals cancel: the reversed track of a link that is up weighs like the plain one of a link that is down."""
    flipped = Link("eth0", up=not (link is not None and link.up))
    one, other = (interface_contribution(evolve(track, reverse=reverse), each) for reverse, each in ((True, link), (False, flipped)))
    assert (one.weight, bool(one.faults)) == (other.weight, bool(other.faults))
    assert not (one.weight and one.faults)


@given(tracks)
def test_a_link_that_fails_never_raises_the_priority(track: InterfaceTrack) -> None:
    """Without ``reverse``: gone weighs as down does, and neither weighs more than up."""
    track = evolve(track, reverse=False)
    gone, down, up = (interface_contribution(track, link) for link in (None, Link("eth0", up=False), Link("eth0", up=True)))
    assert gone.weight == down.weight
    assert all(worse.weight <= better.weight for worse, better in pairwise((down, up)))
    assert up.faults == frozenset()


@given(routers(), links("eth0"), virtual_sets)
def test_a_source_address_does_not_move(router: VirtualRouter, link: Link, virtual: frozenset[Address]) -> None:
    """The source is the configured one or the interface's own first that is not virtual; only an owner may use a virtual one."""
    source = source_address(router, link, virtual)
    if router.source is not None:
        assert source == router.source
    elif source is None:
        assert all(address in virtual for address in link.addresses)
        assert not (router.is_owner and link.addresses)
    else:
        assert source in link.addresses
        steady = [address for address in link.addresses if address not in virtual]
        assert source == (steady or link.addresses)[0]
        assert steady or router.is_owner


@given(routers(), links("eth0"), virtual_sets, st.lists(st.sampled_from(HOSTS + VIRTUAL), unique=True), st.booleans())
def test_equal_candidates_are_equal_sources(
    router: VirtualRouter, link: Link, virtual: frozenset[Address], others: list[Address], v6: bool
) -> None:
    """What ``source_candidates`` leaves out, no router's source depends on: virtual addresses may come and go."""
    moved = tuple(address for address in others if address in virtual)
    steady = tuple(address for address in link.addresses if address not in virtual) + ((V6_HOST,) if v6 else ())
    one, other = evolve(link, addresses=steady), evolve(link, addresses=moved + steady)
    if source_candidates(one, virtual) == source_candidates(other, virtual):
        assert source_address(router, one, virtual) == source_address(router, other, virtual)
    else:
        assert not any(len(address) == 4 for address in steady)


@given(nodes(), worlds, worlds, st.data())
def test_the_order_of_reports_does_not_matter(node: Node, before: list[Link], after: list[Link], data: st.DataObject) -> None:
    """Any order of ``LinkChanged`` that ends in the same interfaces ends in the same standings, those of a fresh look."""
    now = {link.name: link for link in after}
    reports = [LinkChanged(name, now.get(name)) for name in {link.name for link in (*before, *after)}]
    detours = [LinkChanged(link.name, link) for link in data.draw(worlds) if link.name in now]

    def told(order: list[LinkChanged]) -> NodeState:
        state = initial(node, before)
        for report in order:
            state = node_step(node, state, report, Instant(0)).state
        return state

    end = told(data.draw(st.permutations(detours)) + data.draw(st.permutations(sorted(reports, key=lambda report: report.name))))
    assert end == initial(node, after)
