"""`manage.py pipeline`: play a whole cohort with a real Celery worker, and check the outcome."""

import json
import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import Refused
from applications.intake import read
from applications.models import Cohort
from dtt import embedded
from dtt.funnel import funnel
from dtt.memory import PeakMemory
from dtt.play.checks import CHECKS, undelivered
from dtt.play.crew import Crew, company
from dtt.play.people import make_cohort
from dtt.play.progress import Bars, Progress
from dtt.play.season import Season
from dtt.play.selection import make_staff
from dtt.play.stage import own_stage
from dtt.supervisor import Supervisor, ends_on_signals, worker_command

SEASON = timedelta(days=110)
BEFORE_BOOTCAMP = timedelta(days=35)
MIB = 1024**2
PROCESSES = 2


class Command(BaseCommand):
    help = (
        "Play a cohort from applications to job offers through the verbs that the pages call, in a "
        "database of its own. Exit status 1 when a check fails."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--applicants", type=int, default=1400)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--from-csv", type=Path, help="import this export instead")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError("the pipeline makes people up; it does not run in production")
        if options["applicants"] < 1:
            raise CommandError("--applicants must be at least 1")
        if options["from_csv"] and not options["from_csv"].is_file():
            raise CommandError(f"there is no file {options['from_csv']}")
        with (
            ends_on_signals(),
            own_stage("pipeline") as addresses,
            PeakMemory(lambda: [os.getpid(), *embedded.server_pids()]) as memory,
        ):
            environment = addresses | {"EMAIL_URL": "null:"}
            worker = Supervisor(env=environment)
            worker.start("worker", worker_command())
            try:
                with company(processes=PROCESSES, environment=environment) as crew:
                    call_command("migrate", verbosity=0, interactive=False)
                    report = self._play(options, crew)
            except (Refused, TimeoutError) as error:
                raise CommandError(str(error)) from error
            finally:
                worker.stop()
        report["peak_memory_bytes"] = memory.peak
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            self._show(report)
        if not all(report["checks"].values()):
            raise SystemExit(1)

    def _play(self, options: dict[str, Any], crew: Crew) -> dict[str, Any]:
        opened = datetime.now(UTC).replace(microsecond=0) - SEASON
        calendar: dict[str, Any] = {}
        if options["from_csv"] and (days := bootcamp_days(options["from_csv"])):
            opened = datetime.combine(days[0] - BEFORE_BOOTCAMP, time(4), UTC)
            calendar["bootcamp_dates"] = days
        cohort = make_cohort(now=opened, slug=f"pipeline-{options['seed']}", **calendar)
        bars = Bars()
        season = Season(
            cohort=cohort,
            staff=make_staff(now=opened),
            applicants=options["applicants"],
            seed=options["seed"],
            from_csv=options["from_csv"],
            worker=True,
            crew=crew,
            progress=bars,
        )
        season.play()
        season.timed("messages", lambda: _deliver(cohort, bars))
        checks = {check.__name__: check(cohort) for check in CHECKS}
        return {"funnel": funnel(cohort), "seconds": season.seconds, "checks": checks}

    def _show(self, report: dict[str, Any]) -> None:
        write = self.stdout.write
        top = max(report["funnel"].values()) or 1
        write("\nFunnel")
        for step, count in report["funnel"].items():
            write(f"  {step:<14}{count:>6}  {'█' * round(40 * count / top)}")
        write("\nSeconds")
        for act, seconds in report["seconds"].items():
            write(f"  {act:<14}{seconds:>8.2f}")
        write(f"  {'together':<14}{sum(report['seconds'].values()):>8.2f}")
        write(
            f"\nPeak memory of all processes together: {report['peak_memory_bytes'] / MIB:.0f} MiB"
        )
        write("\nChecks")
        for name, held in report["checks"].items():
            write(f"  {'holds' if held else 'FAILS':<8}{name.replace('_', ' ')}")


def bootcamp_days(export: Path) -> list[date]:
    """The days that people in an export were asked about, in the year in which they applied.

    The cohort is played in that year, or nobody could be found to attend. None for a file that
    cannot be read or names no days: the import says why.
    """
    rows = [row.values for row in read(export.read_bytes()).rows]
    years = [row.submitted_at.year for row in rows if row.submitted_at]
    days = {(day.month, day.day) for row in rows for day in row.available_days}
    return sorted(date(max(years), month, day) for month, day in days) if years else []


def _deliver(cohort: Cohort, progress: Progress) -> None:
    progress.wait("messages by the worker", lambda: undelivered(cohort))
