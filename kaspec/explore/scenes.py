"""What a deployment is put through: first nothing goes wrong, then one thing, then two at a time; and what was found.

Two hosts that do not hear each other are both Master as long as that lasts, whatever is configured; so that is no violation here, and it is
said.  Where a deployment fails with nothing going wrong, faults are not tried: they would only repeat it.
"""

from collections.abc import Callable, Iterator
from itertools import combinations

from kaspec.explore.deployment import Cluster
from kaspec.explore.judging import Judgement, Verdict
from kaspec.explore.playing import Run, play
from kaspec.explore.properties import BY_NAME, judge
from kaspec.explore.remarks import Remark, remarks
from kaspec.explore.search import ENOUGH, Graph, Progress, explore
from kaspec.explore.tables import Memory
from kaspec.explore.world import FAULTS, Faults, World
from kaspec.frozen import evolve, frozen

NOTHING = Faults()
STATES_OF_A_SCENE = 400_000
"""No scene looks at more."""


@frozen
class Scene:
    """One search: its world, in a few words what may happen in it, and whether its failure makes all others needless."""

    words: str
    world: World
    is_first: bool = False


@frozen
class Found:
    """What a property came to in a scene; of a violation, the run that shows it."""

    name: str
    judgement: Judgement
    run: Run | None = None


@frozen
class Played:
    """A scene and everything found in it: ``states`` and ``transitions`` are how many there were, ``remarks`` what else there is to say."""

    scene: Scene
    states: int
    transitions: int
    complete: bool
    found: tuple[Found, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of the verdicts; what never came up in this scene does not count."""
        verdicts = {each.judgement.verdict for each in self.found if not _is_vacuous(self, each)}
        return "violated" if "violated" in verdicts else "undetermined" if "undetermined" in verdicts else "holds"


def _is_vacuous(played: Played, found: Found) -> bool:
    return played.complete and found.judgement.verdict == "undetermined"


WORDS = {
    "loss": ("an advertisement is lost", "{} advertisements are lost"),
    "crash": ("a host crashes", "hosts crash {} times"),
    "stop": ("a host is stopped", "hosts are stopped {} times"),
    "cut": ("two hosts are cut off from each other", "{} pairs of hosts are cut off from each other"),
    "one_way": ("one direction between two hosts is blocked", "{} directions are blocked"),
    "carrier": ("an interface loses its carrier", "interfaces lose their carrier {} times"),
    "tracked": ("something tracked is found bad", "things tracked are found bad {} times"),
    "duplication": ("an advertisement arrives twice", "{} advertisements arrive twice"),
    "reordering": ("an advertisement overtakes another", "{} advertisements overtake others"),
    "removal": ("somebody takes an address away", "somebody takes addresses away {} times"),
    "pause": ("a host does nothing for a while", "hosts do nothing for a while {} times"),
    "drift": ("the clock of a host runs wrong", "the clocks of hosts run wrong {} times"),
    "reload": ("a host is reloaded", "hosts are reloaded {} times"),
}
"""By fault, what happens: once, and more often."""


ALONE = {"duplication", "reordering", "removal", "pause", "drift"}
"""What is tried with nothing else, unless somebody asks for it: little comes of it, or it takes long."""


def words(faults: Faults) -> str:
    """Say what goes wrong, at most, in a run."""
    told = [WORDS[name][count > 1].format(count) for name, count in zip(FAULTS, faults.budgets, strict=True) if count]
    return " and ".join(told) if told else "nothing goes wrong"


def scenes(cluster: Cluster, faults: Faults | None = None, quick: bool = False) -> Iterator[Scene]:
    """Return what a cluster is put through: just the ``faults`` given, or each by itself and, unless ``quick``, every two of them."""
    world = cluster.world
    yield Scene("nothing goes wrong", world, is_first=True)
    yield Scene("nothing goes wrong, and each host starts when it likes", evolve(world, begins="apart"), is_first=True)
    forgiven = min(router.down_timer_adverts for router in world.routers) - 1
    if forgiven:
        steady = Faults(loss=forgiven)
        yield Scene(f"from a steady Master, {words(steady)}", evolve(world, begins="settled", faults=steady))
    if faults is not None:
        if faults != NOTHING:
            yield _scene(cluster, faults)
        return
    kinds = [name for name in FAULTS if _may_be(name, world)]
    yield from (_scene(cluster, Faults.once(name)) for name in kinds)
    if not quick:
        yield from (_scene(cluster, Faults.once(*pair)) for pair in combinations([each for each in kinds if each not in ALONE], 2))


def _may_be(name: str, world: World) -> bool:
    match name:
        case "tracked":
            return any(host.node.tracked for host in world.hosts)
        case "reload":
            return any(host.reloads for host in world.hosts)
        case _:
            return True


def _scene(cluster: Cluster, faults: Faults) -> Scene:
    """Whether the network finds the Master again is asked where hosts are cut off and nothing else happens."""
    caches = faults == Faults(cut=faults.cut) and not cluster.refreshed
    return Scene(words(faults), evolve(cluster.world, faults=faults, caches=caches))


def put_through(
    scene: Scene, keep_going: Callable[[Progress], bool], limit: int = STATES_OF_A_SCENE, memory: Memory | None = None
) -> Played:
    """Search a scene and judge it; scenes of one cluster may share a ``memory``."""
    graph = explore(scene.world, min(limit, ENOUGH), keep_going, memory=memory)
    found = tuple(_found(graph, name, judgement) for name, judgement in judge(graph).items())
    told = remarks(graph) if graph.complete and not scene.is_first else ()
    return Played(scene, len(graph.states), graph.transitions, graph.complete, found, told)


def _found(graph: Graph, name: str, judgement: Judgement) -> Found:
    violated = judgement.verdict == "violated" and judgement.path
    return Found(name, judgement, play(graph, judgement.path, judgement.again) if violated else None)


def title(name: str) -> str:
    """Return what a property is called."""
    return BY_NAME[name].title
