"""Give every project its judges. Pure: one seed, one answer, whatever the order of the input.

The assignment is a minimum-cost flow: source → judge → project → sink, one unit per mark to give.
Costs are ranked so that a higher aim is never traded for a lower one: first as many projects as
possible with a judge of their track, then loads as even as possible, then chance. Even loads come
from convex costs (each further project of a judge costs more than the one before), which for flows
give at once the least maximum and the greatest minimum, so the spread found is the least there is.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from bootcamp.lottery import lottery_number


class Constraint(StrEnum):
    """What can stand in the way of panels."""

    PANEL_SIZE = "panel-size"
    CONFLICTS = "conflicts"
    SCORED = "scored"
    EXPERTISE = "expertise"
    LOAD = "load"


@dataclass(frozen=True, slots=True)
class Project:
    key: int
    track: str


@dataclass(frozen=True, slots=True)
class Judge:
    key: int
    tracks: frozenset[str] = frozenset()  # where the judge is an expert


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    judge: int
    project: int


@dataclass(frozen=True, slots=True)
class Panels:
    pairs: tuple[Pair, ...]  # sorted
    withdrawn: tuple[Pair, ...]  # scored, but conflicted: the score no longer counts
    without_expert: tuple[int, ...]  # projects none of whose judges is of their track

    def loads(self) -> Counter[int]:
        return Counter(pair.judge for pair in self.pairs)


class NoPanels(Exception):
    """The rules cannot be kept.

    Attributes:
        constraint: the rule that fails.
        projects: the projects it fails for; empty when it fails for the whole.
        because: the rules without which it would hold.
    """

    def __init__(
        self,
        message: str,
        constraint: Constraint,
        *,
        projects: tuple[int, ...] = (),
        because: tuple[Constraint, ...] = (),
    ) -> None:
        super().__init__(message)
        self.constraint = constraint
        self.projects = projects
        self.because = because


def assign(
    projects: Iterable[Project],
    judges: Iterable[Judge],
    *,
    conflicts: Collection[Pair] = (),
    scored: Collection[Pair] = (),
    panel_size: int = 3,
    spread: int | None = 1,
    seed: int,
) -> Panels:
    """Return panels of `panel_size` judges with no conflict and loads within `spread`.

    A project has at least one judge of its track whenever a conflict-free one exists, as one more
    judge where scores already fill the panel.

    Args:
        conflicts: pairs never assigned; they also withdraw a score already given.
        scored: pairs kept. A project scored by more than `panel_size` judges keeps them all.
        spread: greatest allowed difference between two judges' numbers of projects; None
            takes the least there is, for a late conflict when nearly all is scored.

    Raises:
        NoPanels: names the rule that cannot hold.
        ValueError: a key twice, or a pair of an unknown judge or project.
    """
    task = _Task.of(projects, judges, conflicts, scored, panel_size, seed)
    task.require_enough_judges()
    panels = task.solve()
    if spread is not None and task.spread(panels) > spread:
        eased = {
            Constraint.CONFLICTS: replace(task, conflicts=frozenset()),
            Constraint.SCORED: replace(task, scored=frozenset()),
            Constraint.EXPERTISE: replace(task, experts=dict.fromkeys(task.experts, frozenset())),
        }
        raise NoPanels(
            f"judges' loads differ by at least {task.spread(panels)}, allowed is {spread}",
            Constraint.LOAD,
            because=tuple(
                cause for cause, other in eased.items() if other.spread(other.solve()) <= spread
            ),
        )
    return panels


@dataclass(frozen=True)
class _Task:
    tracks: dict[int, str]  # by project, in key order
    experts: dict[int, frozenset[str]]  # by judge, in key order
    conflicts: frozenset[Pair]
    scored: frozenset[Pair]
    panel_size: int
    seed: int

    @classmethod
    def of(
        cls,
        projects: Iterable[Project],
        judges: Iterable[Judge],
        conflicts: Collection[Pair],
        scored: Collection[Pair],
        panel_size: int,
        seed: int,
    ) -> "_Task":
        listed, sitting = list(projects), list(judges)
        tracks = {p.key: p.track for p in sorted(listed, key=lambda p: p.key)}
        experts = {j.key: j.tracks for j in sorted(sitting, key=lambda j: j.key)}
        if len(tracks) < len(listed) or len(experts) < len(sitting):
            raise ValueError("projects or judges share a key")
        for pair in (*conflicts, *scored):
            if pair.judge not in experts or pair.project not in tracks:
                raise ValueError(f"{pair} is of an unknown judge or project")
        return cls(tracks, experts, frozenset(conflicts), frozenset(scored), panel_size, seed)

    def is_expert(self, pair: Pair) -> bool:
        return self.tracks[pair.project] in self.experts[pair.judge]

    def free_pairs(self, project: int) -> list[Pair]:
        pairs = (Pair(judge, project) for judge in self.experts)
        return [pair for pair in pairs if pair not in self.conflicts]

    def has_expert(self, project: int) -> bool:
        return any(self.is_expert(pair) for pair in self.free_pairs(project))

    def spread(self, panels: Panels) -> int:
        loads = panels.loads()
        numbers = [loads[judge] for judge in self.experts]
        return max(numbers, default=0) - min(numbers, default=0)

    def require_enough_judges(self) -> None:
        if self.tracks and len(self.experts) < self.panel_size:
            raise NoPanels(
                f"{len(self.experts)} judges cannot make panels of {self.panel_size}",
                Constraint.PANEL_SIZE,
            )
        short = tuple(p for p in self.tracks if len(self.free_pairs(p)) < self.panel_size)
        if short:
            raise NoPanels(
                f"conflicts leave {len(short)} projects fewer than {self.panel_size} judges",
                Constraint.CONFLICTS,
                projects=short,
            )

    def solve(self) -> Panels:
        kept = self.scored - self.conflicts
        open_pairs = [
            pair for project in self.tracks for pair in self.free_pairs(project) if pair not in kept
        ]
        chosen = self._flow(kept, open_pairs)
        pairs = kept | set(chosen)
        expertly = {pair.project for pair in pairs if self.is_expert(pair)}
        return Panels(
            pairs=tuple(sorted(pairs)),
            withdrawn=tuple(sorted(self.scored & self.conflicts)),
            without_expert=tuple(key for key in self.tracks if key not in expertly),
        )

    def _flow(self, kept: frozenset[Pair], open_pairs: list[Pair]) -> list[Pair]:
        """Choose from the open pairs what the projects still need beside the kept ones."""
        load = Counter(pair.judge for pair in kept)
        marked = Counter(pair.project for pair in kept)
        has_expert = {pair.project for pair in kept if self.is_expert(pair)}
        needs = {
            key: max(
                self.panel_size - marked[key],
                int(key not in has_expert and self.has_expert(key)),  # at least 0
            )
            for key in self.tracks
        }
        units = sum(needs.values())
        # one unit of an aim outweighs all that the aims below it can add up to
        chance, dearest = 1000, max(load.values(), default=0) + len(self.tracks)
        even = chance * units + 1
        expert = even * (2 * dearest + 1) * units + 1

        flow = SimpleMinCostFlow()
        node: dict[tuple[str, int], int] = defaultdict(lambda: len(node))
        source, sink = node["source", 0], node["sink", 0]
        for judge in self.experts:
            for n in range(load[judge], load[judge] + len(self.tracks)):
                cost = even * (2 * n + 1)
                flow.add_arc_with_capacity_and_unit_cost(source, node["judge", judge], 1, cost)
        for project, need in needs.items():
            experts, rest, seats = (node[kind, project] for kind in ("experts", "rest", "seats"))
            first_seat = 0 if project in has_expert else -expert
            flow.add_arc_with_capacity_and_unit_cost(experts, seats, 1, first_seat)
            flow.add_arc_with_capacity_and_unit_cost(experts, seats, need, 0)
            flow.add_arc_with_capacity_and_unit_cost(rest, seats, need, 0)
            flow.add_arc_with_capacity_and_unit_cost(seats, sink, need, 0)
        arcs = {
            flow.add_arc_with_capacity_and_unit_cost(
                node["judge", pair.judge],
                node["experts" if self.is_expert(pair) else "rest", pair.project],
                1,
                lottery_number(self.seed, pair.judge, pair.project) % chance,
            ): pair
            for pair in open_pairs
        }
        flow.set_node_supply(source, units)
        flow.set_node_supply(sink, -units)
        status = flow.solve()
        if status != flow.OPTIMAL:
            raise RuntimeError(f"the flow of {units} marks is unsolved: {status}")
        return [pair for arc, pair in arcs.items() if flow.flow(arc)]
