"""What a BFD session logs, in the words of keepalived 2.2.7, and keepalived's ``keepalived_bfd.data``.

A discard says who sent the packet, or for which session it was, which keepalived does not always.
"""

from collections.abc import Iterator

from kaspec import rules
from kaspec.address import format_address
from kaspec.bfd.events import PacketDiscarded
from kaspec.bfd.session import Session, State
from kaspec.bfd.speaker import Outcome, Speaker, Speaking, Stray
from kaspec.bfd.timers import detection_time, neighbors_detection_time, transmit_interval
from kaspec.node import Node, NodeState
from kaspec.report.data import WallClock
from kaspec.rules import Rule
from kaspec.tracking import Finding
from kaspec.units import Instant, Interval
from kaspec.wire.bfd import Diagnostic, SessionState

STATES = {SessionState.ADMIN_DOWN: "AdminDown", SessionState.DOWN: "Down", SessionState.INIT: "Init", SessionState.UP: "Up"}
"""keepalived's words."""
DIAGNOSTICS: dict[int, str] = {
    Diagnostic.NONE: "No Diagnostic",
    Diagnostic.DETECTION_TIME_EXPIRED: "Control Detection Time Expired",
    Diagnostic.ECHO_FUNCTION_FAILED: "Echo Function Failed",
    Diagnostic.NEIGHBOR_SIGNALED_DOWN: "Neighbor Signaled Session Down",
    Diagnostic.FORWARDING_PLANE_RESET: "Forwarding Plane Reset",
    Diagnostic.PATH_DOWN: "Path Down",
    Diagnostic.CONCATENATED_PATH_DOWN: "Concatenated Path Down",
    Diagnostic.ADMINISTRATIVELY_DOWN: "Administratively Down",
    Diagnostic.REVERSE_CONCATENATED_PATH_DOWN: "Reverse Concatenated Path Down",
}
DISCARDS: dict[Rule, str] = {
    rules.BFD_VERSION: "Packet is of unsupported version: {received}",
    rules.BFD_LENGTH: "Packet is too small: {received}",
    rules.BFD_LONGER_THAN_PAYLOAD: "Packet size mismatch: {received}, {expected}",
    rules.BFD_DETECT_MULTIPLIER: "Packet 'detection multiplier' field is zero",
    rules.BFD_MULTIPOINT: "Packet has 'multipoint' flag",
    rules.BFD_MY_DISCRIMINATOR: "Packet 'my discriminator' field is zero",
    rules.BFD_YOUR_DISCRIMINATOR: "Packet 'your discriminator' field is zero and 'state' field is not Down or AdminDown",
    rules.BFD_AUTHENTICATION: "Packet has authentication, which no session uses",
    rules.BFD_NO_SESSION: "session is not found - {received}",
    rules.BFD_TTL: "ttl {received}, {expected} expected",
}
"""What is wrong with a packet, by the rule that found it."""


def log_lines(outcome: Outcome, now: Instant, detail: bool) -> tuple[str, ...]:
    """Return what is logged of an outcome; ``detail`` is keepalived's ``-D``."""
    return tuple(_lines(outcome, now, detail))


def stray_line(stray: Stray) -> str:
    """Say why a datagram was no session's."""
    why = DISCARDS[stray.rule].format(received=stray.received, expected=stray.expected)
    return f"Discarding packet from {format_address(stray.source)} ({why})"


def _lines(outcome: Outcome, now: Instant, detail: bool) -> Iterator[str]:
    name, before, after = outcome.session.name, outcome.before, outcome.step.state
    if isinstance(outcome.event, PacketDiscarded):
        event = outcome.event
        yield f"({name}) Discarding packet ({DISCARDS[event.rule].format(received=event.received, expected=event.expected)})"
        return
    if outcome.step.rule == rules.BFD_NOT_UP_IN_TIME:
        yield f"({name}) Not up yet: reported as down"
    if detail and outcome.step.rule == rules.BFD_EXPIRED:
        waited = detection_time(before.in_force, before.neighbor)
        yield f"({name}) Expired after {waited // 1000} ms ({now - (before.detect_at or now)} usec overdue)"
    ending = after.state == SessionState.ADMIN_DOWN
    agreed = _agreed(outcome.session, before) == _agreed(outcome.session, after)
    if detail and not agreed and not ending and after.neighbor.discriminator:
        yield from _parameters(outcome.session, before, after)
    if before.state != after.state != SessionState.INIT:
        yield f"({name}) Entering {STATES[after.state]} state{_reason(before, after)}"
    if detail and after.polls > before.polls and not ending:
        yield f"({name}) Starting poll sequence"


def _reason(before: State, after: State) -> str:
    """Say why a session is down, ours and what the neighbor last said of itself."""
    if after.state != SessionState.DOWN:
        return ""
    theirs = (after if after.neighbor.discriminator else before).neighbor.diagnostic
    return f" (Local diagnostic - {diagnostic(after.diagnostic)}, Remote diagnostic - {diagnostic(theirs)})"


def diagnostic(number: int) -> str:
    """Return the RFC's words for a diagnostic."""
    return DIAGNOSTICS.get(number, f"Unknown diagnostic {number}")


def _agreed(session: Session, state: State) -> tuple[Interval, ...]:
    return (
        transmit_interval(state.in_force, state.neighbor),
        detection_time(state.in_force, state.neighbor),
        neighbors_detection_time(session, state),
    )


def _parameters(session: Session, before: State, after: State) -> Iterator[str]:
    """keepalived's table of what was agreed; each side's detection time is that after which it is found dead."""
    neighbor, pad = after.neighbor, " " * (len(session.name) + 2)
    interval = transmit_interval(after.in_force, neighbor)
    theirs = max(neighbor.desired_min_tx_interval, after.in_force.required_min_rx_interval)
    detects, was = detection_time(after.in_force, neighbor), detection_time(before.in_force, before.neighbor)
    ours = after.announced
    yield f"({session.name}) ---------------< Session parameters >--------------"
    yield f"{pad}          min_tx  min_rx  tx_intv  mult  detect_time"
    for who, desired, required, sends, multiplier, expires in (
        ("local", ours.desired_min_tx_interval, ours.required_min_rx_interval, interval, session.multiplier, detects),
        (
            "remote",
            neighbor.desired_min_tx_interval,
            neighbor.required_min_rx_interval,
            theirs,
            neighbor.detect_multiplier,
            session.multiplier * interval,
        ),
    ):
        yield f"{pad} {who:<6} {desired:>8} {required:>7} {sends:>8} {multiplier:>5} {expires:>12}"
    yield f"{pad} Detection time is {detects} us (was {was} us)"


def session_lines(node: Node, state: NodeState, name: str, finding: Finding) -> tuple[str, ...]:
    """Return what VRRP logs, before it takes it in, of a session that is found so."""
    if state.findings.get(("bfd", name)) == finding:
        return ()
    word = "UP" if finding.good else "DOWN"
    tracking = [router.name for router in node.routers if any(track.tracker == ("bfd", name) for track in router.trackers)]
    return tuple(f"VRRP_Instance({each}) Tracked BFD instance {name} is {word}" for each in tracking)


def render_bfd_data(speaker: Speaker, state: Speaking, clock: WallClock) -> str:
    """Write the dump of every session."""
    lines = ["------< BFD Data >------", "------< BFD Topology >------"]
    for session, each in zip(speaker.sessions, state.states, strict=True):
        lines += _session(session)
        lines += _state(session, each, clock)
    return "".join(f"{line}\n" for line in lines)


def _session(session: Session) -> Iterator[str]:
    yield f" BFD Instance = {session.name}"
    yield f"   Neighbor IP = {format_address(session.neighbor)}"
    if session.source is not None:
        yield f"   Source IP = {format_address(session.source)}"
    yield f"   Required min RX interval = {session.min_rx} us"
    yield f"   Desired min TX interval = {session.min_tx} us"
    yield f"   Desired idle TX interval = {session.idle_tx} us"
    yield f"   Detection multiplier = {session.multiplier}"
    yield f"   {'TTL' if session.family == 4 else 'hop_limit'} = {session.sent_ttl}"
    yield f"   max_hops = {session.max_hops or 0}"
    yield f"   passive = {str(session.passive).lower()}"


def _state(session: Session, state: State, clock: WallClock) -> Iterator[str]:
    neighbor = state.neighbor
    yield f"   local state = {STATES[state.state]}"
    yield f"   remote state = {STATES[neighbor.state]}"
    yield f"   local discriminator = 0x{state.local_discriminator:x}"
    yield f"   remote discriminator = 0x{neighbor.discriminator:x}"
    yield f"   local diag = {diagnostic(state.diagnostic)}"
    yield f"   remote diag = {diagnostic(neighbor.diagnostic)}"
    yield f"   remote min tx intv = {neighbor.desired_min_tx_interval} us"
    yield f"   remote min rx intv = {neighbor.required_min_rx_interval} us"
    yield "   local demand = 0"
    yield f"   remote demand = {int(neighbor.demand)}"
    yield f"   remote detect multiplier = {neighbor.detect_multiplier}"
    yield f"   {'' if state.polls else '!'}poll, !final"
    yield f"   local tx intv = {transmit_interval(state.in_force, neighbor)} us"
    yield f"   remote tx intv = {max(neighbor.desired_min_tx_interval, state.in_force.required_min_rx_interval)} us"
    yield f"   local detection time = {detection_time(state.in_force, neighbor)} us"
    yield f"   remote detection time = {neighbors_detection_time(session, state)} us"
    if state.heard_at is not None:
        yield f"   last seen = {clock.write(state.heard_at)}"
