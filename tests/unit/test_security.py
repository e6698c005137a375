"""Who may run, and what is said of who may not: the exact place, its mode and owner, and the fix."""

import pytest
from attrs import evolve

from kaspec.config import read
from kaspec.config.model import Command, Permit, Telling
from kaspec.config.terms import Fifo, Owner
from kaspec.security import Account, Facts, Place, Trail, Verdict, Wanted, facts_wanted, judge

DIRECTORY, PROGRAM, LINK = 0o040755, 0o100755, 0o120777
ROOT_PLACES = (Place("/", DIRECTORY, 0, 0), Place("/etc", DIRECTORY, 0, 0))
SCRIPT = Place("/etc/notify", PROGRAM, 0, 0)
OPS, GROUP = Account(1000, 1000, (4, 1000)), 7
SECURE = Telling(enable_script_security=True)


def facts(*places: Place, users: dict[str, Account | None] | None = None) -> Facts:
    known = {"root": Account(0, 0), "ops": OPS, "keepalived_script": Account(990, 990)}
    return Facts({"/etc/notify": Trail(places or (*ROOT_PLACES, SCRIPT))}, known if users is None else users, {"adm": GROUP})


def judged(words: str, telling: Telling = SECURE, known: Facts | None = None, umask: int | None = None) -> Verdict:
    text = f"vrrp_instance V {{ interface eth0\nvirtual_router_id 1\nnotify {words}\n}}"
    return judge(read(text, "x").configuration.command_uses, telling, facts() if known is None else known, umask)


def permit(words: str, telling: Telling = SECURE, known: Facts | None = None) -> Permit:
    verdict = judged(words, telling, known)
    (found,) = verdict.permits.values()
    return found


def refusal(words: str, telling: Telling = SECURE, known: Facts | None = None) -> tuple[str, str, str]:
    verdict = judged(words, telling, known)
    (diagnostic,) = verdict.diagnostics
    assert bool(verdict.permits) == (diagnostic.severity != "error")
    return diagnostic.code, diagnostic.message, diagnostic.hint


@pytest.mark.parametrize(
    ("words", "telling", "ids"),
    [
        ("/etc/notify", SECURE, (990, 990, (990,))),
        ("/etc/notify ops", SECURE, (1000, 1000, (1000,))),
        ("/etc/notify ops adm", SECURE, (1000, GROUP, (GROUP,))),
        ("/etc/notify", evolve(SECURE, script_user=Owner("ops")), (1000, 1000, (1000,))),
        ("/etc/notify", evolve(SECURE, script_user=Owner(None, "adm")), (990, GROUP, (GROUP,))),
        ("/etc/notify ops", evolve(SECURE, set_supplementary_groups=True), (1000, 1000, (4, 1000))),
    ],
)
def test_a_script_runs_as_whom_it_names_else_script_user_else_keepalived_script(
    words: str, telling: Telling, ids: tuple[int, int, tuple[int, ...]]
) -> None:
    found = permit(words, telling)
    assert (found.uid, found.gid, found.groups) == ids


def test_arguments_are_taken_apart_as_keepalived_does() -> None:
    assert permit('"/etc/notify a \'b c\' \\\\\\"d"').argv == ("/etc/notify", "a", "b c", '"d')


def test_without_the_default_user_it_runs_as_we_do_but_not_with_script_security() -> None:
    nobody = facts(users={})
    assert permit("/etc/notify", Telling(), nobody).uid == 0
    code, message, hint = refusal("/etc/notify", SECURE, nobody)
    assert (code, message) == ("K090", "notify names no user, and there is no user keepalived_script: it is not run")
    assert hint.startswith("useradd --system --shell /usr/sbin/nologin keepalived_script")


def test_a_user_or_group_that_does_not_exist_is_told() -> None:
    assert refusal("/etc/notify who")[:2] == ("K090", "there is no user who: notify is not run")
    assert refusal("/etc/notify ops them") == ("K090", "there is no group them: notify is not run", "groupadd --system them")


@pytest.mark.parametrize(
    ("loose", "described", "fix"),
    [
        (Place("/etc", 0o040777, 0, 0), "/etc (mode 0777, owner 0:0)", "chmod o-w /etc"),
        (Place("/etc", 0o040775, 0, 4), "/etc (mode 0775, owner 0:4)", "chmod g-w /etc"),
        (Place("/etc", 0o040755, 1000, 0), "/etc (mode 0755, owner 1000:0)", "chown root /etc"),
        (Place("/etc/notify", 0o100777, 5, 5), "/etc/notify (mode 0777, owner 5:5)", "chown root /etc/notify; chmod go-w /etc/notify"),
    ],
)
def test_a_place_that_others_can_write_is_named_with_its_mode_and_owner_and_the_fix(loose: Place, described: str, fix: str) -> None:
    places = [loose if place.path == loose.path else place for place in (*ROOT_PLACES, SCRIPT)]
    code, message, hint = refusal("/etc/notify root", SECURE, facts(*places))
    assert (code, hint) == ("K092", fix)
    assert message == f"/etc/notify runs as root, and others than root can change {described}: it is not run"
    code, message, hint = refusal("/etc/notify root", Telling(), facts(*places))
    assert (code, hint) == ("K093", fix)
    assert message.endswith("it is run all the same, for script security is not enabled")


@pytest.mark.parametrize(
    "harmless",
    [Place("/tmp", 0o041777, 0, 0), Place("/etc", 0o040775, 0, 0), Place("/etc/link", LINK, 1000, 1000)],
    ids=["sticky directory", "root's group", "a symbolic link itself"],
)
def test_what_only_root_can_change_is_no_trouble(harmless: Place) -> None:
    assert permit("/etc/notify root", SECURE, facts(harmless, SCRIPT)).argv == ("/etc/notify",)


def test_who_is_not_root_may_run_what_others_can_write() -> None:
    assert permit("/etc/notify ops", SECURE, facts(Place("/etc", 0o040777, 0, 0), SCRIPT)).uid == 1000


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (
            (*ROOT_PLACES, evolve(SCRIPT, mode=0o100644)),
            "uid 1000, which may not execute /etc/notify (mode 0644, owner 0:0)",
        ),
        (
            (Place("/etc", 0o040700, 0, 0), SCRIPT),
            "uid 1000, which may not execute /etc (mode 0700, owner 0:0)",
        ),
        ((evolve(SCRIPT, mode=DIRECTORY),), "/etc/notify is not a file"),
    ],
)
def test_what_a_user_cannot_execute_is_told(places: tuple[Place, ...], said: str) -> None:
    code, message, _ = refusal("/etc/notify ops", SECURE, facts(*places))
    assert code == "K091"
    assert said in message


def test_a_path_that_leads_nowhere_is_told() -> None:
    nowhere = evolve(facts(), trails={"/etc/notify": Trail(trouble="/etc/notify: No such file or directory")})
    assert refusal("/etc/notify ops", SECURE, nowhere)[1] == "/etc/notify cannot be run: /etc/notify: No such file or directory"


def test_a_link_is_resolved_unless_its_own_path_is_wanted() -> None:
    through = facts(Place("/etc/notify", LINK, 0, 0), Place("/opt/real", PROGRAM, 0, 0))
    assert permit("/etc/notify ops", SECURE, through).argv == ("/opt/real",)
    assert permit("/etc/notify ops", evolve(SECURE, use_symlink_paths=True), through).argv == ("/etc/notify",)


def test_a_script_that_root_runs_without_script_security_is_told_of() -> None:
    assert refusal("/etc/notify root", Telling())[0] == "K094"


@pytest.mark.parametrize(("option", "keyword", "mask"), [(None, None, 0o177), (None, 0o22, 0o22), (0o77, 0o22, 0o77)])
def test_the_umask_is_the_command_line_s_else_the_file_s_else_keepalived_s(option: int | None, keyword: int | None, mask: int) -> None:
    (found,) = judged("/etc/notify ops", evolve(SECURE, umask=keyword), umask=option).permits.values()
    assert found.umask == mask


def test_a_fifo_belongs_to_whom_it_names_else_to_whom_scripts_run_as() -> None:
    own, plain = Fifo("/run/a", Owner("ops", "adm")), Fifo("/run/b")
    owners = judge((), Telling(script_user=Owner("ops"), notify_fifo=own, vrrp_notify_fifo=plain), facts()).owners
    assert owners == {own: (1000, GROUP), plain: (1000, 1000)}


def test_everything_that_is_judged_by_is_asked_for() -> None:
    uses = read('vrrp_instance V { interface eth0\nvirtual_router_id 1\nnotify "/etc/notify a" ops adm\n}', "x").configuration.command_uses
    telling = Telling(script_user=Owner("me", "us"), notify_fifo=Fifo("/run/f", Owner("fred")))
    assert [use.command for use in uses] == [Command("/etc/notify a", "ops", "adm")]
    assert facts_wanted(uses, telling) == Wanted(
        frozenset({"/etc/notify"}), frozenset({"keepalived_script", "ops", "me", "fred"}), frozenset({"adm", "us"})
    )
