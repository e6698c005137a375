"""What is no configuration is not read to its end: mistakes without number, and more addresses than a kernel has services for."""

import pytest

from kaspec.config import Configuration, read
from kaspec.config.sections import MOST_MISTAKES

INSTANCE = "vrrp_instance V {\n  interface eth0\n  virtual_router_id 51\n  virtual_ipaddress {\n    192.0.2.100/24\n  }\n"


def lines(form: str, count: int = MOST_MISTAKES) -> str:
    return "".join(form.format(number) + "\n" for number in range(count))


@pytest.mark.parametrize("form", ["bogus{}", "priority {}000", "bogus{} {{\n}}", "virtual_ipaddress {{\n192.0.2.{}000\n}}", "state {}"])
def test_so_many_different_mistakes_no_configuration_has(form: str) -> None:
    found = read(INSTANCE + lines(form, 2 * MOST_MISTAKES) + "}\nglobal_defs {\n  bogus\n}\n", "x")
    assert {each.code for each in found.diagnostics} & {"K068", "K010"} == {"K068"} | ({"K010"} if form.startswith("bogus") else set())
    (told,) = (each for each in found.diagnostics if each.code == "K068")
    assert (told.message, told.span.line > MOST_MISTAKES) == (
        f"{MOST_MISTAKES} different mistakes: this is not read to its end, and nothing of it counts",
        True,
    )
    assert found.configuration == Configuration()


def test_one_less_is_told_and_left_out() -> None:
    found = read(INSTANCE + lines("bogus{}", MOST_MISTAKES - 1) + "}\n", "x")
    assert {each.code for each in found.diagnostics} == {"K010"}
    assert [router.name for router in found.configuration.routers] == ["V"]


def test_the_same_mistake_may_be_made_over_and_over() -> None:
    found = read(
        "".join(
            INSTANCE.replace("V", f"V{number}").replace("eth0", f"eth{number}") + "  bogus 1\n}\n" for number in range(MOST_MISTAKES + 10)
        ),
        "x",
    )
    assert "K068" not in {each.code for each in found.diagnostics}
    assert len(found.configuration.routers) == MOST_MISTAKES + 10


def test_all_groups_together_have_so_many_addresses() -> None:
    group = "virtual_server_group G{} {{\n  10.{}.0.0/17 80\n  10.{}.200.1 80\n}}\n"
    found = read("".join(group.format(number, number, number) for number in range(3)), "x")
    assert [(each.code, each.message) for each in found.diagnostics if each.severity == "error"] == [
        ("K015", "these and those before them are more than 65536 addresses; the line is left out")
    ] * 2
    assert [len(each.entries) for each in found.configuration.server_groups] == [32769, 1, 1]
