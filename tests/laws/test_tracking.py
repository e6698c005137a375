"""Laws of tracking: the order in which the world is told cannot matter, and the priority stays in its range."""

from itertools import pairwise

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec.address import Address, family_of, is_link_local, parse_address
from kaspec.node import LinkChanged, Node, NodeState, TrackerReported, initial, node_step
from kaspec.tracking import (
    NOTHING,
    Contribution,
    Finding,
    Link,
    Tracker,
    combine,
    fold,
    interface_contribution,
    source_address,
    source_candidates,
    standing,
    tracker_contribution,
)
from kaspec.units import Instant
from kaspec.vrrp.router import InterfaceTrack, TrackerTrack, VirtualRouter
from tests.laws.strategies import (
    HOSTS,
    VIRTUAL,
    VIRTUAL_V6,
    findings,
    findings_of,
    links,
    nodes,
    reasons,
    routers,
    tracked,
    tracker_tracks,
    tracks,
    worlds,
)

contributions = st.builds(Contribution, st.integers(-600, 600), st.frozensets(reasons, max_size=3), st.frozensets(tracked, max_size=2))
virtual_sets = st.frozensets(st.sampled_from(VIRTUAL + VIRTUAL_V6))
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


@given(routers(), worlds, findings, virtual_sets, st.data())
def test_a_standing_does_not_depend_on_order(
    router: VirtualRouter, world: list[Link], found: dict[Tracker, Finding], virtual: frozenset[Address], data: st.DataObject
) -> None:
    """Neither the order of ``track_...`` lines nor that of the interfaces and of what was found counts."""
    trackers = tuple(data.draw(st.permutations(router.trackers)))
    shuffled = evolve(router, tracks=tuple(data.draw(st.permutations(router.tracks))), trackers=trackers)
    seen = {link.name: link for link in world}
    again = {link.name: link for link in data.draw(st.permutations(world))}
    found_again = dict(data.draw(st.permutations(list(found.items()))))
    assert standing(shuffled, again, virtual, found_again) == standing(router, seen, virtual, found)


@given(routers(), worlds, findings)
def test_the_effective_priority_stays_in_range(router: VirtualRouter, world: list[Link], found: dict[Tracker, Finding]) -> None:
    """1..254 whatever the weights (0 and 255 have meanings of their own, RFC 3768 5.3.4); an owner's is always 255."""
    result = standing(router, {link.name: link for link in world}, findings=found)
    assert result.priority == 255 if router.is_owner else 1 <= result.priority <= 254
    assert [*result.faults] == sorted(set(result.faults), key=lambda reason: (reason.kind, reason.subject))


@given(tracks, st.none() | links("eth0"))
def test_reverse_subtracts(track: InterfaceTrack, link: Link | None) -> None:
    """What a reversed track adds is what the plain one takes away; without a weight, up is a fault instead of down."""
    flipped = Link("eth0", up=not (link is not None and link.up))
    plain, reversed_ = (interface_contribution(evolve(track, reverse=reverse), link) for reverse in (False, True))
    assert reversed_.weight == -plain.weight
    assert bool(reversed_.faults) == bool(interface_contribution(evolve(track, reverse=False), flipped).faults)
    assert not (plain.weight and plain.faults)


@given(tracks)
def test_a_link_that_fails_never_raises_the_priority(track: InterfaceTrack) -> None:
    """Without ``reverse``: gone weighs as down does, and neither weighs more than up."""
    track = evolve(track, reverse=False)
    gone, down, up = (interface_contribution(track, link) for link in (None, Link("eth0", up=False), Link("eth0", up=True)))
    assert gone.weight == down.weight
    assert all(worse.weight <= better.weight for worse, better in pairwise((down, up)))
    assert up.faults == frozenset()


@given(tracker_tracks, st.data())
def test_a_reversed_tracker_weighs_as_its_opposite(track: TrackerTrack, data: st.DataObject) -> None:
    """``reverse`` of a file is another sign of its weight, of the others one of what they add; without a weight it is good for bad."""
    finding = data.draw(findings_of(track.tracker))
    plain, reversed_ = (tracker_contribution(evolve(track, reverse=reverse), finding) for reverse in (False, True))
    if not track.weight:
        other = tracker_contribution(evolve(track, reverse=False), Finding(not finding.good))
        assert bool(reversed_.faults) == bool(other.faults)
    elif track.kind == "file":
        assert reversed_ == tracker_contribution(evolve(track, weight=-track.weight, reverse=False), finding)
    else:
        assert reversed_.weight == -plain.weight


@given(tracker_tracks, st.data())
def test_a_tracker_weighs_or_faults(track: TrackerTrack, data: st.DataObject) -> None:
    """Never both; a file adds between -253 and 253; only a file at -254 or less is a fault although it has a weight."""
    finding = data.draw(st.none() | findings_of(track.tracker))
    contribution = tracker_contribution(track, finding)
    assert not (contribution.weight and contribution.faults)
    assert -254 < contribution.weight < 254 or abs(contribution.weight) == abs(track.weight)
    assert contribution.pending == (frozenset({track.tracker}) if finding is None and not track.weight else frozenset())
    if contribution.faults and track.weight:
        assert finding is not None
        assert track.kind == "file"
        assert abs(finding.value * track.weight) >= 254
    for reason in contribution.faults:
        assert (reason.kind.partition("-")[0], reason.subject) == track.tracker


@given(tracker_tracks.filter(lambda track: track.kind != "file" and not track.reverse))
def test_what_fails_never_raises_the_priority(track: TrackerTrack) -> None:
    """Without ``reverse``, bad weighs no more than good, and unknown nothing."""
    bad, unknown, good = (tracker_contribution(track, finding) for finding in (Finding(False), None, Finding(True)))
    assert bad.weight <= good.weight
    assert unknown.weight == 0
    assert not good.faults


@given(routers(), links("eth0"), virtual_sets)
def test_a_source_address_does_not_move(router: VirtualRouter, link: Link, virtual: frozenset[Address]) -> None:
    """The source is the configured one or the interface's own first that is not virtual; or else an owner's own virtual one."""
    source = source_address(router, link, virtual)
    own = tuple(each.address for each in router.addresses) if router.is_owner else ()
    wanted = [*(address for address in link.addresses if address not in virtual), *own]
    mine = [address for address in wanted if family_of(address) == router.family and (router.family == 4 or is_link_local(address))]
    assert source == (router.source or next(iter(mine), None))


@given(routers(), links("eth0"), virtual_sets, st.lists(st.sampled_from(HOSTS + VIRTUAL), unique=True))
def test_no_source_depends_on_what_moves(router: VirtualRouter, link: Link, virtual: frozenset[Address], others: list[Address]) -> None:
    """Virtual addresses may come and go."""
    steady = source_candidates(link, virtual)
    one, other = (evolve(link, addresses=(*moved, *steady)) for moved in ((), tuple(each for each in others if each in virtual)))
    assert source_address(router, one, virtual) == source_address(router, other, virtual)


@given(nodes(), worlds, worlds, findings, findings, st.data())
def test_the_order_of_reports_does_not_matter(
    node: Node,
    before: list[Link],
    after: list[Link],
    found_before: dict[Tracker, Finding],
    found: dict[Tracker, Finding],
    data: st.DataObject,
) -> None:
    """Any order of reports that ends in the same interfaces and findings ends in the same standings, those of a fresh look."""
    now = {link.name: link for link in after}
    reports: list[LinkChanged | TrackerReported] = [
        *(LinkChanged(name, now.get(name)) for name in sorted({link.name for link in (*before, *after)})),
        *(TrackerReported(tracker, found.get(tracker)) for tracker in sorted({*found_before, *found})),
    ]
    detours: list[LinkChanged | TrackerReported] = [
        *(LinkChanged(link.name, link) for link in data.draw(worlds) if link.name in now),
        *(TrackerReported(tracker, finding) for tracker, finding in data.draw(findings).items() if tracker in found),
    ]

    def told(order: list[LinkChanged | TrackerReported]) -> NodeState:
        state = initial(node, before, found_before)
        for report in order:
            state = node_step(node, state, report, Instant(0)).state
        return state

    end = told(data.draw(st.permutations(detours)) + data.draw(st.permutations(reports)))
    assert end == initial(node, after, found)
