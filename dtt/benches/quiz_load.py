"""A thousand people start at once and then save every five seconds, on this machine alone."""

import asyncio
import os
from collections.abc import Iterator

from django.core.management import call_command
from django.db import connection

from dtt.benches.measure import Measure
from dtt.benches.quiz_clients import Crowd, p95
from dtt.benches.quiz_hall import lost_answers, make_hall, program
from dtt.play.stage import own_stage
from quiz.models import Attempt

PEOPLE, EVERY, SECONDS = 1000, 5.0, 60.0


def quiz_load(
    *,
    people: int = PEOPLE,
    every: float = EVERY,
    seconds: float = SECONDS,
    name: str = "quiz",
    within: float = 1.0,
) -> Iterator[Measure]:
    """Starts, then saves; errors, acknowledged answers that the database lacks, and the p95."""
    with own_stage("load") as addresses:
        call_command("migrate", verbosity=0, interactive=False)
        durable()
        hall = make_hall(people)
        with program("dtt.wsgi", os.environ | addresses) as (port, _):
            crowd = Crowd(port, hall.sitters)
            started = asyncio.run(crowd.start())
            asyncio.run(crowd.answer(every=every, for_seconds=seconds))
        lost, attempts = lost_answers(hall.sitters), Attempt.objects.count()
    yield Measure(f"{name}_{people}_starts_seconds", started, "s", "< 10")
    yield Measure(f"{name}_{people}_attempts", attempts, "attempts", f">= {people}")
    yield Measure(f"{name}_{people}_errors", crowd.failures, "requests", "<= 0")
    yield Measure(f"{name}_{people}_saves_acknowledged", len(crowd.seconds), "saves", "> 0")
    yield Measure(f"{name}_{people}_answers_lost", lost, "answers", "<= 0")
    yield Measure(f"{name}_{people}_save_p95", p95(crowd.seconds), "s", f"< {within}")


def quiz_load_300() -> Iterator[Measure]:
    """Three hundred who save every three seconds for five minutes."""
    return quiz_load(people=300, every=3.0, seconds=300.0, name="quiz_steady", within=0.5)


def durable() -> None:
    """Let a commit on this stage mean what it means in production."""
    with connection.cursor() as cursor:
        database = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
        cursor.execute(f"ALTER DATABASE {database} SET synchronous_commit = on")
    connection.close()  # the setting holds for connections from now on
