"""Laws of what a host holds whoever is Master."""

from hypothesis import given
from hypothesis import strategies as st

from kaspec.statics import Turn, again, begin, change, end, lost, returned
from kaspec.tracking import Link
from kaspec.units import SECOND, Instant
from kaspec.vrrp.effects import Effect, InstallAddresses, InstallRoutes, InstallRules, RemoveAddresses, RemoveRoutes, RemoveRules
from kaspec.vrrp.holdings import Holding, Statics, interfaces_of
from kaspec.vrrp.losses import LONGEST_PAUSE, next_due
from tests.laws.settings.configurations import statics

NOW = Instant(5 * SECOND)
LATER = Instant(NOW + 10 * LONGEST_PAUSE)


def held(before: set[Holding], effects: tuple[Effect, ...]) -> set[Holding]:
    """What a kernel that does as it is told holds afterwards."""
    holds = set(before)
    for effect in effects:
        match effect:
            case InstallAddresses(items) | InstallRoutes(items) | InstallRules(items):
                holds.update(items)
            case RemoveAddresses(items) | RemoveRoutes(items) | RemoveRules(items):
                holds.difference_update(items)
            case _:
                raise AssertionError(effect)
    return holds


@given(statics)
def test_from_the_beginning_to_the_end_it_is_there_and_then_it_is_gone(these: Statics) -> None:
    there = held(set(), begin(these).effects)
    assert there == set(these.items)
    assert held(there, end(these).effects) == set()


@given(statics, statics)
def test_a_change_leaves_what_is_new_and_touches_nothing_that_stays(old: Statics, new: Statics) -> None:
    """But routes, which the kernel drops with an address they need: those are put there again."""
    turn = change(old, new, ())
    assert held(set(old.items), turn.effects) == set(new.items)
    assert change(new, new, ()) == Turn()
    touched = held(set(), turn.effects)
    assert touched - set(new.routes) <= set(new.items) - set(old.items)


@given(st.data(), statics)
def test_what_somebody_takes_away_comes_back(data: st.DataObject, these: Statics) -> None:
    """At once the first time; when it goes again at once, later, and only what is ours."""
    gone = tuple(data.draw(st.lists(st.sampled_from(these.items), unique=True))) if these.items else ()
    first = lost(these, (), gone, NOW)
    assert held(set(these.items) - set(gone), first.effects) == set(these.items)
    second = lost(these, first.losses, gone, NOW)
    assert second.effects == ()
    assert (next_due(second.losses) is None) == (not gone)
    third = again(these, second.losses, LATER)
    assert held(set(these.items) - set(gone), third.effects) == set(these.items)
    assert lost(Statics(), (), gone, NOW) == Turn()


@given(statics, st.sampled_from(("eth0", "eth1", "bond0.100")), st.booleans(), st.booleans())
def test_an_interface_gets_its_own_when_it_comes_up_and_only_then(these: Statics, name: str, was_up: bool, up: bool) -> None:
    """From not being there at all, too; and all that is installed is the interface's, or a route that names none."""
    turn = returned(these, (), Link(name, up=was_up), Link(name, up=up))
    there = held(set(), turn.effects)
    assert not there or (up and not was_up)
    assert held(set(), returned(these, (), None, Link(name, up=False)).effects) == {
        each for each in these.items if name in interfaces_of(each) or (each in these.routes and not interfaces_of(each))
    }
    assert there <= set(these.items)
    assert returned(these, (), Link(name, up=True), None) == Turn()
