"""Who makes the list when papers differ: sum of marks against the equated score, simulated.

1,500 people sit papers of 30 items from a bank of 90, dealt as the quiz deals them. Each has a true
ability, so it is known who the best hundred are; the question is how many of them a list of a
hundred has. Seeded: the same number of rounds gives the same figures.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from dtt.benches.measure import Measure
from dtt.play.quiz import DEMO_BLUEPRINT, HARDNESS
from quiz.dealing import dealt
from quiz.equating import Papers, equate, fit_scale
from quiz.marking import Earned, mark
from quiz.papers import Blueprint, Cell, PoolItem

PEOPLE, PLACES, ROUNDS = 1500, 100, 10
DEPTH = 3
SPREAD = 0.7  # of difficulties within a cell, in logits
GUESSING = 0.2
ANYTHING = Blueprint((Cell("any", "any", DEMO_BLUEPRINT.size),))

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass
class Found:
    """Of the true best hundred, how many are on the list; and by the difficulty of the paper."""

    listed: list[float] = field(default_factory=list)
    easy_papers: list[float] = field(default_factory=list)
    hard_papers: list[float] = field(default_factory=list)

    def add(self, scores: Floats, ability: Floats, paper: Floats, lots: Floats) -> None:
        best = np.argsort(-ability)[:PLACES]
        chosen = np.lexsort((lots, -scores))[:PLACES]
        on_list = np.isin(best, chosen)
        low, high = np.quantile(paper, (1 / 3, 2 / 3))
        self.listed.append(float(on_list.sum()))
        self.easy_papers.append(float(on_list[paper[best] <= low].mean()))
        self.hard_papers.append(float(on_list[paper[best] >= high].mean()))


def fair_papers() -> Iterator[Measure]:
    """How many of the true best hundred make the list under each rule."""
    found = simulate(ROUNDS)
    for name, one in found.items():
        yield Measure(f"best_100_listed_{name}", float(np.mean(one.listed)), "people", "> 50")
        gap = float(np.mean(one.easy_papers) - np.mean(one.hard_papers))
        yield Measure(f"easy_paper_ahead_{name}", 100 * gap, "points", "< 30")


def simulate(rounds: int, *, guessing: float = 0.0) -> dict[str, Found]:
    """The findings of so many rounds, by `<papers>_<rule>`.

    Args:
        guessing: the chance of a right answer for who knows nothing.
    """
    found: dict[str, Found] = {}
    for number in range(rounds):
        dice = np.random.default_rng(number)
        pool, difficulty = make_bank(dice)
        ability = dice.normal(size=PEOPLE)
        lots = dice.random(PEOPLE)
        loose = [PoolItem(item.key, "any", "any") for item in pool]
        for papers, blueprint, cards in (
            ("by_cells", DEMO_BLUEPRINT, pool),
            ("without_cells", ANYTHING, loose),
        ):
            items = deal(blueprint, cards, f"fairness {number}")
            shares = answer(dice, ability, difficulty[items], guessing)
            paper = difficulty[items].mean(axis=1)
            sat = Papers(items, shares)
            equated = equate(sat, fit_scale(sat), places=items.shape[1])
            for rule, scores in (("sum", shares.sum(axis=1)), ("equated", _floats(equated))):
                one = found.setdefault(f"{papers}_{rule}", Found())
                one.add(scores, ability, paper, lots)
    return found


def make_bank(dice: np.random.Generator) -> tuple[list[PoolItem], Floats]:
    """Three times a paper of the demo's blueprint, and the true difficulties by key."""
    pool: list[PoolItem] = []
    difficulties: list[float] = []
    for cell in DEMO_BLUEPRINT.cells:
        for _copy in range(DEPTH * cell.count):
            pool.append(PoolItem(len(pool), cell.topic, cell.difficulty))
            difficulties.append(HARDNESS[str(cell.difficulty)] + SPREAD * dice.normal())
    return pool, np.array(difficulties)


def deal(blueprint: Blueprint, pool: list[PoolItem], seed: str) -> Integers:
    """(people × places) the keys of everybody's items."""
    hands = (dealt(blueprint, pool, seed=seed, number=number) for number in range(PEOPLE))
    return np.array([[item.key for item in hand if item.exposure == 0] for hand in hands])


def answer(dice: np.random.Generator, ability: Floats, difficulty: Floats, guess: float) -> Floats:
    """Right answers by the Rasch model, and some by luck."""
    chance = guess + (1 - guess) / (1 + np.exp(difficulty - ability[:, None]))
    return np.asarray(dice.random(chance.shape) < chance, dtype=np.float64)


def void_rules(rounds: int) -> dict[str, float]:
    """What making one hard item void gives to who drew it, in marks, against who did not.

    For each rule the mean, over everybody who drew the item, of the mark that the rule credits less
    the chance of getting another item of its cell right.
    """
    gains: dict[str, list[float]] = {}
    for number in range(rounds):
        dice = np.random.default_rng(number)
        pool, difficulty = make_bank(dice)
        ability = dice.normal(size=PEOPLE)
        items = deal(DEMO_BLUEPRINT, pool, f"void {number}")
        shares = answer(dice, ability, difficulty[items], 0.0)
        hard = [item.key for item in pool if item.difficulty == "hard"]
        void = hard[number % len(hard)]
        alike = [i.key for i in pool if (i.topic, i.difficulty) == _cell(pool[void])]
        others = difficulty[[key for key in alike if key != void]]
        for person in np.flatnonzero((items == void).any(axis=1)):
            own, earned = items[person], shares[person]
            left = earned[own != void]
            paper = [
                Earned(pool[k].topic, str(pool[k].difficulty), None if k == void else _share(e))
                for k, e in zip(own.tolist(), earned.tolist(), strict=True)
            ]
            expected = float((1 / (1 + np.exp(others - ability[person]))).mean())
            stand_in = float(mark(paper, core_weights={}).score) - float(left.sum())
            for rule, credit in (
                ("full mark for who drew it", 1.0),
                ("taken out", 0.0),
                ("own average of the whole paper", float(left.mean())),
                ("own average of the same difficulty", stand_in),
            ):
                gains.setdefault(rule, []).append(credit - expected)
    return {rule: float(np.mean(one)) for rule, one in gains.items()}


def _cell(item: PoolItem) -> tuple[str, str | int]:
    return item.topic, item.difficulty


def _share(earned: float) -> Decimal:
    return Decimal(int(earned))


def _floats(scores: list[Decimal]) -> Floats:
    return np.array([float(score) for score in scores])
