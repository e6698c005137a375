"""Laws of the explanation: it is complete, what it says is so, and the timers keep their promises on the state machine itself."""

import json

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec.config import Configuration, read
from kaspec.config.explain import ExplainedInstance, explain
from kaspec.config.model import GlobalDefs
from kaspec.config.render import render
from kaspec.failover import failover
from kaspec.report.explain import explanation_json, render_tables, tables
from kaspec.tracking import Link, standing
from kaspec.units import ZERO, Instant, after
from kaspec.vrrp.authentication import NoAuthentication
from kaspec.vrrp.events import AdvertisementReceived, DeadlineReached, Startup
from kaspec.vrrp.machine import advertisement, step
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Initialize, Master, Standing
from tests.laws.settings.configurations import configurations
from tests.laws.settings.texts import TEXTS, texts
from tests.laws.strategies import HOSTS, findings_of, routers, worlds

every_text = texts | st.sampled_from(TEXTS) | configurations().map(render)


@given(every_text)
def test_every_text_is_explained(text: str) -> None:
    reading = read(text, "x")
    found = explain(reading)
    assert [each.router for each in found.instances] == list(reading.configuration.routers)
    assert json.dumps(explanation_json(found))
    assert list(render_tables(tables(found)))


@given(every_text)
def test_what_is_given_somewhere_is_given_there(text: str) -> None:
    """A place that a value comes from is a line of the file that has words on it."""
    lines = text.split("\n")
    found = explain(read(text, "x"))
    for explained in (*found.definitions, *(each for instance in found.instances for each in instance.settings)):
        origin = explained.provenance
        assert (origin.span is None) <= (origin.kind == "default")
        if origin.span is not None and not origin.span.chain:
            assert lines[origin.span.line - 1][origin.span.column - 1 : origin.span.end - 1].strip()


@given(configurations())
def test_an_explanation_written_as_a_file_is_the_same_virtual_router(configuration: Configuration) -> None:
    """Every value that is effective, and nothing else, makes the same router: defaults too, whoever's they are."""
    found = explain(read(render(configuration), "x"))
    definitions = render(evolve(configuration, global_defs=GlobalDefs(), routers=(), settings=(), groups=(), group_settings=()))
    for instance in found.instances:
        (again,) = read(definitions + written(instance), "y").configuration.routers
        assert alone(again) == evolve(alone(instance.router), name="again", authentication=NoAuthentication())


def alone(router: VirtualRouter) -> VirtualRouter:
    """A router without what other instances decide: the names of its addresses' virtual interfaces and what it needs of their groups."""
    excluded = tuple(evolve(each, interface="") for each in router.excluded)
    return evolve(router, address_interfaces=(), needs=(), excluded=excluded)


FLAGS = (
    "dont_track_primary",
    "native_ipv6",
    "old_unicast_checksum",
    "track_src_ip",
    "unicast_fault_no_peer",
    "check_unicast_src",
    "promote_secondaries",
    "no_virtual_ipaddress",
    "vmac_xmit_base",
    "use_vmac_addr",
)


LISTS = ("virtual_ipaddress", "virtual_ipaddress_excluded", "virtual_routes", "virtual_rules", "unicast_peer")


def written(instance: ExplainedInstance) -> str:
    lines = []
    for each in instance.settings:
        match each.keyword, each.value:
            case _, value if value == "none" or value.startswith(("none, for it", "the first", "by vrrp_rx_bufs_policy")):
                continue
            case (("use_vmac" | "use_ipvlan"), "off"):
                continue
            case "preempt", value:
                lines.append("preempt" if value == "yes" else "nopreempt")
            case "accept", value:
                lines.append("accept" if value == "yes" else "no_accept")
            case keyword, value if keyword in FLAGS:
                lines.extend([each.keyword] if value == "yes" else [])
            case keyword, value if keyword.startswith("track_") or keyword in LISTS:
                lines.append(f"{keyword} {{\n{value}\n}}")
            case keyword, value if not keyword.startswith("auth"):
                lines.append(f'{keyword} "{value}"' if keyword == "interface" else f"{keyword} {value}")
    body = "\n".join(lines)
    return f"vrrp_instance again {{\n{body}\n}}\n"


def untracked(router: VirtualRouter) -> VirtualRouter:
    return evolve(router, tracks=(), trackers=())


@given(routers().map(untracked), st.integers(1, 20))
def test_a_backup_takes_over_from_a_crashed_master_in_time(router: VirtualRouter, heard: int) -> None:
    healthy = Standing(router.priority, HOSTS[0])
    now = Instant(0)
    backup = Backup(healthy, after(now, failover(router).crash), router.advertisement_interval)
    event = AdvertisementReceived(advertisement(router, 255), HOSTS[1])
    state = step(router, backup, event, Instant(heard)).state
    assert isinstance(state, Backup)
    assert state.master_down_at == Instant(heard) + failover(router).crash
    farewell = AdvertisementReceived(advertisement(router, 0), HOSTS[1])
    stopped = step(router, state, farewell, Instant(heard)).state
    assert isinstance(stopped, Backup)
    assert stopped.master_down_at == Instant(heard) + failover(router).clean_stop


@given(routers().map(untracked), st.fractions(0, 1))
def test_a_router_that_comes_back_keeps_its_promise(router: VirtualRouter, phase: float) -> None:
    """Beside a Master of lower priority that advertises as it should, it is Master when it says it will be at the latest, or never."""
    promised, interval = failover(router).comeback, router.advertisement_interval
    state = step(router, Initialize(Standing(router.priority, HOSTS[0])), Startup(), Instant(0)).state
    advert_at = Instant(int(interval * phase))
    horizon = after(Instant(0), promised or ZERO) + 5 * interval
    lower = AdvertisementReceived(advertisement(router, min(router.priority, 2) - 1), HOSTS[1])
    if lower.advertisement.priority == 0:
        return
    while not isinstance(state, Master) and advert_at <= horizon:
        assert isinstance(state, Backup)
        if state.master_down_at <= advert_at:
            now = state.master_down_at
            state = step(router, state, DeadlineReached(), now).state
            assert promised is not None
            assert now <= promised
        else:
            state = step(router, state, lower, advert_at).state
            advert_at = after(advert_at, interval)
    assert isinstance(state, Master) == (promised is not None)


@given(routers(), worlds, st.data())
def test_no_world_takes_the_priority_out_of_its_range(router: VirtualRouter, world: list[Link], data: st.DataObject) -> None:
    promised = failover(router)
    found = {track.tracker: data.draw(findings_of(track.tracker)) for track in router.trackers}
    priority = standing(router, {link.name: link for link in world}, findings=found).priority
    assert promised.lowest_priority <= priority <= promised.highest_priority
