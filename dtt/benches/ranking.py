"""How long a million people take to be ranked and cut, and its memory.

The figures are those of a program of its own, so that its peak is not that of the whole bench; it
makes the scores up in memory and reads nothing from a database.
"""

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.db import connection

from dtt.benches.measure import Measure
from selection.ranking import Candidate, Rule, draw_line, rank

MILLION = 1_000_000
GIB_IN_KIB = 1024**2
CRITERIA = (("quiz", Decimal("0.6")), ("review", Decimal("0.3")), ("core", Decimal("0.1")))

# The place is used, so that the database has to sort for it.
ORDER_BY = """
SELECT sum(place) FROM (
    SELECT rank() OVER (ORDER BY 0.6 * quiz + 0.3 * review + 0.1 * core DESC, core DESC) AS place
    FROM bench_ranked
) AS ranked
"""


def rank_1000000() -> Iterator[Measure]:
    """Rank and cut a million with three criteria and many ties, and PostgreSQL's own ORDER BY."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "dtt.benches.ranking", str(MILLION)],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        check=True,
    )
    taken = json.loads(done.stdout)
    yield Measure("rank_1000000_seconds", taken["seconds"], "s", "< 10")
    yield Measure("rank_1000000_memory", taken["gibibytes"], "GiB", "< 1.5")
    ratio = taken["seconds"] / _order_by(scores(MILLION))
    yield Measure("rank_1000000_to_order_by", ratio, "times", "< 100")


def scores(people: int) -> list[tuple[int, ...]]:
    """Hundredths of each criterion for so many people; the same ones each time."""
    dice = random.Random(5)
    return [tuple(dice.randrange(0, 3001) for _criterion in CRITERIA) for _person in range(people)]


def take(people: int) -> dict[str, float]:
    """Rank and cut so many people; the seconds, and the peak of this program's memory."""
    candidates = [
        Candidate(key, tuple(Decimal(score) / 100 for score in row))
        for key, row in enumerate(scores(people))
    ]
    rule = Rule(CRITERIA, ("core",), places=100, cap=105, seed="bench")
    begun = time.perf_counter()
    line = draw_line(rank(candidates, rule), rule)
    seconds = time.perf_counter() - begun
    if len(line.selected) < rule.places:
        raise RuntimeError(f"{len(line.selected)} of {rule.places} were taken")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIB_IN_KIB
    return {"seconds": seconds, "gibibytes": peak}


def _order_by(rows: list[tuple[int, ...]]) -> float:
    """Seconds that the database takes to rank the same rows by the same order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_ranked"
            " (key int, quiz numeric(6, 2), review numeric(6, 2), core numeric(6, 2))"
        )
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(
            "INSERT INTO bench_ranked SELECT ordinality, a / 100.0, b / 100.0, c / 100.0"
            " FROM unnest(%s::int[], %s::int[], %s::int[]) WITH ORDINALITY AS t (a, b, c)",
            columns,
        )
        cursor.execute("ANALYZE bench_ranked")
        begun = time.perf_counter()
        cursor.execute(ORDER_BY)
        seconds = time.perf_counter() - begun
        cursor.execute("DROP TABLE bench_ranked")
    return seconds


if __name__ == "__main__":
    sys.stdout.write(json.dumps(take(int(sys.argv[1]))))
