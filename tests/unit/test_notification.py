"""What scripts, FIFOs and mail are told, word for word: keepalived 2.2.7's arguments, lines, subjects and bodies."""

from collections.abc import Iterable

import pytest
from attrs import evolve, field, frozen

from kaspec.address import Address
from kaspec.config.model import Command, GlobalDefs, GroupSettings, InstanceSettings, Permit, Telling
from kaspec.node import DeadlinesReached, LinkChanged, Node, NodeEvent, initial, node_step
from kaspec.notices import notices, states_again
from kaspec.notification import Audience, Delivery, Memory, Notice, Subject, Word, deliver
from kaspec.reconfiguration import reconfigure
from kaspec.tracking import Link
from kaspec.turns import Kind
from kaspec.units import SECOND, Instant
from kaspec.vrrp.events import Shutdown, Startup
from kaspec.vrrp.router import InterfaceTrack, VirtualRouter

VI: Subject = ("INSTANCE", "VI_1")
GROUP: Subject = ("GROUP", "G1")
KEYWORDS = ("notify", "notify_master", "notify_backup", "notify_fault", "notify_stop")
COMMANDS = {name: Command(f"/{name} own") for name in (*KEYWORDS, "notify_deleted", "notify_master_rx_lower_pri")}
PERMITS = {command: Permit(tuple(command.line.split()), 0, 0, (), 0o177) for command in COMMANDS.values()}
ALL = InstanceSettings(
    "VI_1",
    "BACKUP",
    notify=COMMANDS["notify"],
    notify_master=COMMANDS["notify_master"],
    notify_backup=COMMANDS["notify_backup"],
    notify_fault=COMMANDS["notify_fault"],
    notify_stop=COMMANDS["notify_stop"],
    notify_deleted=COMMANDS["notify_deleted"],
    notify_master_rx_lower_pri=COMMANDS["notify_master_rx_lower_pri"],
)
ALL_OF_GROUP = GroupSettings(
    "G1",
    notify=COMMANDS["notify"],
    notify_master=COMMANDS["notify_master"],
    notify_backup=COMMANDS["notify_backup"],
    notify_fault=COMMANDS["notify_fault"],
    notify_stop=COMMANDS["notify_stop"],
)
MAILING = GlobalDefs("LVS", ("a@example.org",), smtp_server="192.0.2.25", smtp_alert=True)
AUDIENCE = Audience(MAILING, {"VI_1": ALL}, {"G1": ALL_OF_GROUP}, PERMITS, "host")
AT = 1_700_000_000_000_042


@frozen
class Told:
    """What a sequence of notices came to."""

    scripts: tuple[tuple[str, ...], ...] = ()
    lines: tuple[bytes, ...] = ()
    mails: tuple[str, ...] = ()
    deliveries: tuple[Delivery, ...] = field(default=(), repr=False)


def told(*found: Notice, audience: Audience = AUDIENCE) -> Told:
    memory, deliveries = Memory(), []
    for notice in found:
        memory, delivery = deliver(audience, memory, notice, AT)
        deliveries.append(delivery)
    return Told(
        tuple(script.argv for each in deliveries for script in each.task.scripts),
        tuple(each.line for each in deliveries if each.line),
        tuple(each.mail.subject for each in deliveries if each.mail),
        tuple(deliveries),
    )


def states(*words: Word, subject: Subject = VI) -> Iterable[Notice]:
    return tuple(Notice(subject, word, 150) for word in words)


@pytest.mark.parametrize("word", ["MASTER", "BACKUP", "FAULT", "STOP", "DELETED"])
def test_the_specific_script_has_its_own_arguments_and_the_generic_one_keepalived_s_behind_them(word: Word) -> None:
    assert told(Notice(VI, word, 150)).scripts == (
        (f"/notify_{word.lower()}", "own"),
        ("/notify", "own", "INSTANCE", "VI_1", word, "150"),
    )


def test_a_group_s_generic_script_hears_of_the_group_with_priority_0() -> None:
    assert told(Notice(GROUP, "MASTER")).scripts == (("/notify_master", "own"), ("/notify", "own", "GROUP", "G1", "MASTER", "0"))


def test_a_losing_advert_has_a_script_of_its_own_and_no_generic_one() -> None:
    assert told(Notice(VI, "MASTER_RX_LOWER_PRI", 150)).scripts == (("/notify_master_rx_lower_pri", "own"),)


def test_what_is_deleted_is_at_fault_unless_notify_deleted() -> None:
    plain = evolve(AUDIENCE, instances={"VI_1": evolve(ALL, notify_deleted=False)})
    found = told(Notice(VI, "DELETED", 150), audience=plain)
    assert found.scripts == (("/notify_fault", "own"), ("/notify", "own", "INSTANCE", "VI_1", "FAULT", "150"))
    assert found.lines == (b'INSTANCE "VI_1" FAULT 150\n',)
    lone = evolve(AUDIENCE, instances={"VI_1": evolve(ALL, notify_deleted=True)})
    assert told(Notice(VI, "DELETED", 150), audience=lone).scripts == (("/notify", "own", "INSTANCE", "VI_1", "DELETED", "150"),)


def test_a_command_that_may_not_run_is_left_out() -> None:
    barred = evolve(AUDIENCE, permits={COMMANDS["notify"]: PERMITS[COMMANDS["notify"]]})
    assert told(Notice(VI, "MASTER", 150), audience=barred).scripts == (("/notify", "own", "INSTANCE", "VI_1", "MASTER", "150"),)


def test_fifos_get_keepalived_s_lines() -> None:
    found = told(*states("BACKUP", "MASTER", "MASTER_RX_LOWER_PRI", "STOP"), Notice(GROUP, "STOP"))
    assert found.lines == (
        b'INSTANCE "VI_1" BACKUP 150\n',
        b'INSTANCE "VI_1" MASTER 150\n',
        b'INSTANCE "VI_1" MASTER_RX_LOWER_PRI 150\n',
        b'INSTANCE "VI_1" STOP 150\n',
        b'GROUP "G1" STOP 0\n',
    )


@pytest.mark.parametrize(
    ("globally", "own", "heard"), [(False, None, False), (True, None, True), (True, False, False), (False, True, True)]
)
def test_changes_of_priority_go_to_fifos_that_want_them_and_to_nobody_else(globally: bool, own: bool | None, heard: bool) -> None:
    defs = evolve(MAILING, telling=Telling(vrrp_notify_priority_changes=globally))
    audience = evolve(AUDIENCE, defs=defs, instances={"VI_1": evolve(ALL, notify_priority_changes=own)})
    found = told(*states("MASTER_PRIORITY", "BACKUP_PRIORITY"), audience=audience)
    lines = (b'INSTANCE "VI_1" MASTER_PRIORITY 150\n', b'INSTANCE "VI_1" BACKUP_PRIORITY 150\n')
    assert (found.scripts, found.lines, found.mails) == ((), lines if heard else (), ())


def test_a_group_says_for_its_members_whether_changes_of_priority_are_told() -> None:
    audience = evolve(AUDIENCE, group_of={"VI_1": evolve(ALL_OF_GROUP, notify_priority_changes=True)})
    assert len(told(*states("MASTER_PRIORITY"), audience=audience).lines) == 1
    says_no = evolve(audience, instances={"VI_1": evolve(ALL, notify_priority_changes=False)})
    assert told(*states("MASTER_PRIORITY"), audience=says_no).lines == ()


def test_a_state_is_told_again_after_a_reload_to_fifos_that_want_it() -> None:
    again = Notice(VI, "MASTER", 150, again=True)
    assert told(again) == Told(deliveries=told(again).deliveries)
    wanting = evolve(AUDIENCE, defs=evolve(MAILING, telling=Telling(fifo_write_vrrp_states_on_reload=True)))
    found = told(again, audience=wanting)
    assert (found.scripts, found.lines, found.mails) == ((), (b'INSTANCE "VI_1" MASTER 150\n',), ())


def test_mails_have_keepalived_s_subjects_and_bodies() -> None:
    found = told(*states("BACKUP", "MASTER", "FAULT", "DELETED"), *(Notice(GROUP, word) for word in ("BACKUP", "MASTER", "FAULT", "STOP")))
    assert found.mails == (
        "[LVS] VRRP Instance VI_1 - Entering BACKUP state",
        "[LVS] VRRP Instance VI_1 - Entering MASTER state",
        "[LVS] VRRP Instance VI_1 - Entering FAULT state",
        "[LVS] VRRP Instance VI_1 - Deleted",
        "[LVS] VRRP Group G1 - Entering BACKUP state",
        "[LVS] VRRP Group G1 - Entering MASTER state",
        "[LVS] VRRP Group G1 - Entering FAULT state",
    )
    bodies = [each.mail.body for each in found.deliveries if each.mail]
    assert bodies == [
        "=> VRRP Instance is no longer owning VRRP VIPs <=",
        "=> VRRP Instance is now owning VRRP VIPs <=",
        "=> VRRP Instance is no longer owning VRRP VIPs <=",
        "=> VRRP Deleted at reload <=",
        "=> All VRRP group instances are now in BACKUP state <=",
        "=> All VRRP group instances are now in MASTER state <=",
        "=> All VRRP group instances are now in FAULT state <=",
    ]


def test_without_a_router_id_a_mail_has_the_host_s_name() -> None:
    assert told(Notice(VI, "STOP"), audience=evolve(AUDIENCE, defs=evolve(MAILING, router_id=None))).mails == (
        "[host] VRRP Instance VI_1 - Stopping",
    )


def test_a_fault_without_mail_leaves_no_second_mail_of_the_state_before_it() -> None:
    quiet = evolve(AUDIENCE, defs=evolve(MAILING, no_email_faults=True))
    assert told(*states("BACKUP", "FAULT", "BACKUP"), audience=quiet).mails == ("[LVS] VRRP Instance VI_1 - Entering BACKUP state",)


@pytest.mark.parametrize(
    ("own", "of_vrrp", "globally", "mailed"),
    [
        (None, None, None, False),
        (None, None, True, True),
        (None, False, True, False),
        (None, True, None, True),
        (True, False, False, True),
        (False, True, True, False),
    ],
)
def test_the_nearest_smtp_alert_counts(own: bool | None, of_vrrp: bool | None, globally: bool | None, mailed: bool) -> None:
    defs = evolve(MAILING, smtp_alert_vrrp=of_vrrp, smtp_alert=globally)
    audience = evolve(AUDIENCE, defs=defs, instances={"VI_1": evolve(ALL, smtp_alert=own)})
    assert bool(told(Notice(VI, "MASTER"), audience=audience).mails) == mailed


@pytest.mark.parametrize("defs", [evolve(MAILING, notification_email=()), evolve(MAILING, smtp_server=None)])
def test_without_recipients_or_a_server_there_is_no_mail(defs: GlobalDefs) -> None:
    assert told(Notice(VI, "MASTER"), audience=evolve(AUDIENCE, defs=defs)).mails == ()


def test_scripts_have_the_documented_environment() -> None:
    found = told(Notice(VI, "BACKUP", 100), Notice(VI, "MASTER", 150, "because"))
    script = found.deliveries[1].task.scripts[0]
    assert script.environment == {
        "KASPEC_EVENT": "2",
        "KASPEC_TIME": "1700000000.000042",
        "KASPEC_INSTANCE": "VI_1",
        "KASPEC_STATE": "MASTER",
        "KASPEC_PREVIOUS_STATE": "BACKUP",
        "KASPEC_PRIORITY": "150",
        "KASPEC_REASON": "because",
    }


def test_the_first_state_comes_after_init_and_so_does_one_after_a_stop() -> None:
    found = told(*states("BACKUP", "STOP", "BACKUP"))
    previous = [each.task.scripts[0].environment["KASPEC_PREVIOUS_STATE"] for each in found.deliveries]
    assert previous == ["INIT", "BACKUP", "INIT"]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("MASTER", "state"),
        ("FAULT", "state"),
        ("MASTER_RX_LOWER_PRI", "remark"),
        ("MASTER_PRIORITY", "remark"),
        ("STOP", "last"),
        ("DELETED", "last"),
    ],
)
def test_a_state_supersedes_a_remark_does_not_and_a_stop_is_the_last_word(word: Word, kind: Kind) -> None:
    assert told(Notice(VI, word, 1)).deliveries[0].task.kind == kind


def test_after_a_reload_what_is_gone_still_has_its_last_word() -> None:
    after = Audience(MAILING).succeeding(AUDIENCE)
    assert told(Notice(VI, "DELETED", 150), audience=after).scripts[0] == ("/notify_deleted", "own")


def test_a_command_that_may_no_longer_run_after_a_reload_has_run_for_the_last_time() -> None:
    refused = Audience(MAILING, {"VI_1": ALL}, named=frozenset({COMMANDS["notify_deleted"]})).succeeding(AUDIENCE)
    assert told(Notice(VI, "DELETED", 150), audience=refused).scripts == (("/notify", "own", "INSTANCE", "VI_1", "DELETED", "150"),)


ROUTER = VirtualRouter("VI_1", "eth0", 51, 150)
UP = Link("eth0", True, (Address(bytes((192, 0, 2, 1))),))
NODE = Node((ROUTER,))


def happened(*events: NodeEvent, node: Node = NODE) -> list[tuple[Word, int]]:
    """Start a node, let the events happen and its deadlines pass before each, and return what there is to tell."""
    state, words, now = initial(node, (UP,)), list[tuple[Word, int]](), Instant(0)
    for event in (Startup(), *events):
        transition = node_step(node, state, event, now)
        state, now = transition.state, Instant(now + 10 * SECOND)
        words += [(notice.word, notice.priority) for notice in notices(transition)]
    return words


def test_a_life_is_told_word_by_word() -> None:
    down = LinkChanged("eth0", evolve(UP, up=False))
    due = DeadlinesReached((0,))
    told = happened(due, down, LinkChanged("eth0", UP), due, Shutdown())
    assert told == [(word, 150) for word in ("BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP")]


def test_a_fault_is_told_with_what_is_at_fault() -> None:
    started = node_step(NODE, initial(NODE, (UP,)), Startup(), Instant(0)).state
    (notice,) = notices(node_step(NODE, started, LinkChanged("eth0", None), Instant(1)))
    assert (notice.word, notice.reason) == ("FAULT", "interface eth0 does not exist")


def test_an_instance_that_a_reload_takes_away_is_deleted_and_one_that_moves_starts_anew() -> None:
    started = node_step(NODE, initial(NODE, (UP,)), Startup(), Instant(0)).state
    gone = reconfigure(NODE, Node(), started, Instant(1))
    assert [notice.word for notice in notices(gone)] == ["DELETED"]
    moved = reconfigure(NODE, Node((evolve(ROUTER, virtual_router_id=52),)), started, Instant(1))
    assert [notice.word for notice in notices(moved)] == ["BACKUP"]


def test_another_priority_is_told_of_whoever_stays_in_its_state() -> None:
    track = InterfaceTrack("eth1", -50)
    node = Node((evolve(ROUTER, tracks=(track,)),))
    other = Link("eth1", True, ())
    told = happened(LinkChanged("eth1", other), DeadlinesReached((0,)), LinkChanged("eth1", None), node=node)
    assert told == [("BACKUP", 100), ("BACKUP_PRIORITY", 150), ("MASTER", 150), ("MASTER_PRIORITY", 100)]


def test_a_reload_tells_the_states_there_are() -> None:
    started = node_step(NODE, initial(NODE, (UP,)), Startup(), Instant(0)).state
    assert states_again(NODE.routers, started) == (Notice(VI, "BACKUP", 150, "the configuration was reloaded", again=True),)
    assert states_again(NODE.routers, initial(NODE, (UP,))) == ()
