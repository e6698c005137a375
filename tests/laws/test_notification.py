"""The law of telling: who hears only the notices knows every state that has a word, and FIFOs get every notice."""

from hypothesis import given
from hypothesis import strategies as st

from kaspec.config.model import InstanceSettings
from kaspec.node import DeadlinesReached, LinkChanged, Node, NodeEvent, initial, next_deadline, node_step
from kaspec.notices import notices
from kaspec.notification import Audience, Memory, deliver
from kaspec.tracking import Link
from kaspec.units import SECOND, Instant
from kaspec.vrrp.events import Shutdown, Startup
from kaspec.vrrp.state import state_name
from tests.laws.strategies import links, nodes, worlds

news = st.lists(st.one_of(st.none(), links(), st.sampled_from(("eth0", "eth1"))), max_size=8)


def event_of(each: Link | str | None, node: Node) -> NodeEvent:
    """A link that changes, one that goes, or a deadline."""
    match each:
        case Link():
            return LinkChanged(each.name, each)
        case str():
            return LinkChanged(each, None)
        case None:
            return DeadlinesReached(tuple(range(len(node.routers))))


@given(nodes(), worlds, news, st.booleans())
def test_who_hears_only_the_notices_knows_the_states(
    node: Node, world: list[Link], happenings: list[Link | str | None], stops: bool
) -> None:
    state, now = initial(node, world), Instant(0)
    heard = {router.name: "INIT" for router in node.routers}
    audience, memory = Audience(instances={router.name: InstanceSettings(router.name, "BACKUP") for router in node.routers}), Memory()
    for event in (Startup(), *(event_of(each, node) for each in happenings), *((Shutdown(),) if stops else ())):
        now = Instant(max(now, next_deadline(state) or now) + SECOND)
        transition = node_step(node, state, event, now)
        state = transition.state
        for notice in notices(transition):
            memory, delivery = deliver(audience, memory, notice, now)
            if notice.word in {"MASTER", "BACKUP", "FAULT", "STOP"}:
                assert delivery.line == f'INSTANCE "{notice.subject[1]}" {notice.word} {notice.priority}\n'.encode()
                heard[notice.subject[1]] = notice.word
        known = {router.name: state_name(each) for router, each in zip(node.routers, state.states, strict=True)}
        assert {name: heard[name] for name, word in known.items() if word != "INIT"} == {
            name: word for name, word in known.items() if word != "INIT"
        }
    assert not stops or not set(heard.values()) & {"MASTER", "BACKUP", "FAULT"}
