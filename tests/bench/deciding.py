"""What the model checker decides of the usual deployments, as a table: ``python -m tests.bench.deciding [--docs FILE]``.

Each deployment is put through everything that ``kaspec verify`` tries.  Whatever is violated must have a reason that is known, here; and
each property must have been decided: a search came to what it speaks of, and was not ended before its time.
"""

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import lru_cache, partial
from itertools import product
from pathlib import Path

import click
from attrs import field, frozen

from kaspec.config import read
from kaspec.explore.deployment import Cluster, deploy
from kaspec.explore.judging import Verdict
from kaspec.explore.properties import PROPERTIES
from kaspec.explore.scenes import Scene, put_through, scenes
from kaspec.explore.tables import Memory
from kaspec.units import Interval
from kaspec.vrrp.router import Version

PRIORITIES = (100, 50, 20)
A_MINUTE = 60.0
INSTANCE = """\
vrrp_instance {name} {{
    state BACKUP
    interface {interface}
    version {version}
    virtual_router_id {number}
    priority {priority}
    advert_int 1
    {preemption}
    virtual_ipaddress {{
        192.0.2.{address}/24
    }}
}}
"""
GROUP = "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"
REASONS = {
    "S5-caches": "keepalived's defaults announce addresses when a router becomes Master and never again, so after a cut that lasted a "
    "little longer than Master_Down_Interval the network may look for them at the wrong host; garp_master_refresh mends it (docs/verify.md)"
}
"""Why a property is violated, where that is no mistake of ours."""


@frozen
class Deployment:
    """So many routers of a version, each preempting or not, with one virtual router or two in a sync group."""

    routers: int
    version: Version
    preempts: bool
    grouped: bool = False

    @property
    def title(self) -> str:
        """What it is."""
        what = f"{self.routers} routers{' x 2 in a sync group' if self.grouped else ''}"
        return f"{what}, version {self.version}, {'preempt' if self.preempts else 'nopreempt'}"

    def text(self, priority: int) -> str:
        """Return the configuration of one of the routers."""
        preemption = "" if self.preempts else "nopreempt"
        numbers = (1, 2) if self.grouped else (1,)
        instances = (
            INSTANCE.format(name=f"VI_{number}", interface=f"eth{number}", version=self.version, number=50 + number, priority=priority,
                            preemption=preemption, address=99 + number)
            for number in numbers
        )  # fmt: skip
        return "".join(instances) + (GROUP if self.grouped else "")

    @property
    def cluster(self) -> Cluster:
        """Read the files, and make a world of them."""
        names = "abc"[: self.routers]
        readings = [read(self.text(priority), f"{name}.conf") for name, priority in zip(names, PRIORITIES, strict=False)]
        (cluster,) = deploy(readings, list(names), Interval(1_000)).clusters
        return cluster


VERSIONS: tuple[Version, ...] = (2, 3)
DEPLOYMENTS = tuple(
    Deployment(routers, version, preempts, grouped)
    for routers, grouped in ((2, False), (3, False), (2, True))
    for version, preempts in product(VERSIONS, (True, False))
)


@frozen
class Decided:
    """What came of a deployment: by property the worst verdict of all searches; how long that took, by the clock."""

    deployment: Deployment
    verdicts: dict[str, Verdict] = field(factory=dict)
    searches: int = 0
    states: int = 0
    seconds: float = 0.0

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Properties that are violated for no known reason, or not decided though they concern the deployment."""
        asked = [each.name for each in PROPERTIES if self.deployment.grouped or each.name not in {"S7", "L6"}]
        return tuple(each for each in asked if self.verdicts.get(each) != "holds" and not self._has_reason(each))

    def _has_reason(self, name: str) -> bool:
        return name in REASONS and self.verdicts.get(name) == "violated"


@frozen
class Search:
    """What came of one search: verdicts by property; one that was not complete decides nothing."""

    states: int
    complete: bool
    verdicts: tuple[tuple[str, Verdict], ...]


@lru_cache(maxsize=1)
def prepared(deployment: Deployment, quick: bool) -> tuple[list[Scene], Memory]:
    """Return what a deployment is put through, and what this process knows of its hosts."""
    return list(scenes(deployment.cluster, quick=quick)), Memory()


def searched(deployment: Deployment, quick: bool, number: int) -> Search:
    """Put a deployment through one scene, by its place."""
    wanted, memory = prepared(deployment, quick)
    played = put_through(wanted[number], lambda _: True, memory=memory)
    return Search(played.states, played.complete, tuple((found.name, found.judgement.verdict) for found in played.found))


def decide(deployment: Deployment, quick: bool = False, executor: Executor | None = None) -> Decided:
    """Put a deployment through everything, the later searches, which are larger, first; ``quick``: nothing together with anything else."""
    began = time.monotonic()
    each, every = partial(searched, deployment, quick), range(len(prepared(deployment, quick)[0]))
    found = list((map if executor is None else executor.map)(each, reversed(every)))
    verdicts = {name: _worst(found, name) for name in dict.fromkeys(name for search in reversed(found) for name, _ in search.verdicts)}
    return Decided(deployment, verdicts, len(found), sum(search.states for search in found), time.monotonic() - began)


def _worst(found: list[Search], wanted: str) -> Verdict:
    """What never came up in a search that was complete does not count against others."""
    pairs = [(search, verdict) for search in found for name, verdict in search.verdicts if name == wanted]
    verdicts = {verdict for search, verdict in pairs if verdict != "undetermined" or not search.complete}
    return "violated" if "violated" in verdicts else "undetermined" if "undetermined" in verdicts or not verdicts else "holds"


def page(decided: list[Decided], conditions: str) -> Iterator[str]:
    """Write the table as a page; ``conditions`` are those under which times were taken."""
    names = [each.name for each in PROPERTIES]
    yield "# What is decided of the usual deployments\n"
    yield "Written by `python -m tests.bench.deciding --docs docs/decided.md`. Priorities are 100, 50 and 20, `advert_int` is 1, and"
    yield "everything is tried that `kaspec verify` tries by itself (docs/verify.md, where each property is told). `yes`: it holds in every"
    yield "search that came to what it speaks of; **no**: it is violated, see below; `-`: it does not concern the deployment. No search was"
    yield f"ended before its time. `s` is how long all searches of a deployment took, {conditions}.\n"
    yield "| deployment | " + " | ".join(names) + " | searches | states | s |"
    yield "|---" * (len(names) + 4) + "|"
    for each in decided:
        words = {"holds": "yes", "violated": "**no**", "undetermined": "?"}
        row = " | ".join(words[each.verdicts[name]] if name in each.verdicts else "-" for name in names)
        yield f"| {each.deployment.title} | {row} | {each.searches} | {each.states} | {each.seconds:.0f} |"
    yield ""
    violated = dict.fromkeys(name for each in decided for name, verdict in each.verdicts.items() if verdict == "violated")
    yield from (f"**{name}**: {REASONS.get(name, 'for no known reason')}." for name in violated)


@click.command()
@click.option("--docs", type=click.Path(path_type=Path), help="Write the table there.")
@click.option("-j", "--jobs", default=os.cpu_count(), show_default=True, help="So many searches at a time.")
@click.option("--only", metavar="TEXT", default="", help="Only deployments whose title has this in it.")
def main(docs: Path | None, jobs: int, only: str) -> None:
    """Decide everything of every deployment; fail if anything is violated for no known reason or not decided, and say what is slow."""
    decided, load = [], os.getloadavg()[0]
    conditions = f"{jobs} at a time on a machine with {os.cpu_count()} processors whose load was {load:.1f} when it began"
    with ProcessPoolExecutor(jobs) as executor:
        for deployment in DEPLOYMENTS:
            if only in deployment.title:
                decided.append(decide(deployment, executor=executor))
                click.echo(f"{deployment.title}: {decided[-1].states} states in {decided[-1].seconds:.1f} s", err=True)
    text = "\n".join(page(decided, conditions)) + "\n"
    click.echo(text)
    if docs:
        docs.write_text(text)
    wrong = {each.deployment.title: each.unexplained for each in decided if each.unexplained}
    slow = {each.deployment.title: round(each.seconds) for each in decided if each.seconds > A_MINUTE}
    if slow:
        click.echo(f"slower than a minute: {slow}", err=True)
    if wrong:
        sys.exit(f"not explained or not decided: {wrong}")


if __name__ == "__main__":
    main()
