"""How long the item analysis of 100,000 people takes, each with 30 of 90 items, and its memory.

The figures are those of a program of its own, so that its peak is not that of the whole bench; it
makes the answers up in memory (nothing is read from a database) and then analyses them.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
from django.conf import settings

from dtt.benches.measure import Measure
from quiz.statistics.analysis import analyse
from quiz.statistics.choices import Taken
from quiz.statistics.responses import Responses

PEOPLE, BANK, PAPER, DAYS = 100_000, 90, 30, 3
CHOICES = "abcd"
KIB_IN_A_MIB = 1024


def item_statistics() -> Iterator[Measure]:
    """The whole analysis: classical, choices, both models, curves and drift."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "dtt.benches.item_statistics", str(PEOPLE)],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        check=True,
    )
    taken = json.loads(done.stdout)
    yield Measure("item_statistics_100000_seconds", taken["seconds"], "s", "< 60")
    yield Measure("item_statistics_100000_memory", taken["mebibytes"], "MiB", "< 1024")


def sitters(people: int, *, seed: int = 1) -> tuple[Responses, dict[int, Taken], np.ndarray]:
    """Marks, choices and days of people who follow the two-parameter model."""
    dice = np.random.default_rng(seed)
    ability = dice.normal(size=people)
    difficulty, slope = dice.normal(size=BANK), dice.lognormal(0, 0.3, BANK)
    papers = dice.permuted(np.tile(np.arange(BANK, dtype=np.int16), (people, 1)), axis=1)[:, :PAPER]
    papers = papers.astype(np.int64)
    chance = 1 / (1 + np.exp(slope[papers] * (difficulty[papers] - ability[:, None])))
    right = dice.random(chance.shape) < chance
    chosen = np.where(right, 0, dice.integers(1, len(CHOICES), size=chance.shape))
    rows = np.repeat(np.arange(people), PAPER)
    responses = Responses.from_triples(
        rows, papers.ravel(), right.ravel().astype(float), shape=(people, BANK)
    )
    order = np.argsort(papers.ravel(), kind="stable")
    of_item = np.split(order, np.searchsorted(papers.ravel()[order], np.arange(1, BANK)))
    answers = chosen.ravel()
    taken = {
        item: Taken(
            frozenset(CHOICES[0]),
            {name: rows[of][answers[of] == code] for code, name in enumerate(CHOICES)},
        )
        for item, of in enumerate(of_item)
    }
    return responses, taken, dice.integers(0, DAYS, people)


def take(people: int) -> dict[str, float]:
    """Analyse so many people; the seconds, and the peak of this program's memory."""
    responses, taken, days = sitters(people)
    names = [f"Q-{number:02}" for number in range(BANK)]
    started = time.monotonic()
    found = analyse(responses, names=names, taken=taken, days=days)
    seconds = time.monotonic() - started
    unsettled = [name for name in ("rasch", "two_parameter") if not found[name]["converged"]]
    if found["people"] != people or unsettled:
        raise RuntimeError(f"{found['people']} of {people} people; not converged: {unsettled}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_IN_A_MIB
    return {"seconds": seconds, "mebibytes": peak}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(take(int(sys.argv[1]))))
