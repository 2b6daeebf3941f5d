"""Import a web form's export of applications, as the staff page does."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.errors import Refused
from applications.domain.importing import ImportReport, import_file
from applications.models import Cohort

CANNOT = 2
SHOWN_WARNINGS = 20


class Command(BaseCommand):
    help = (
        "Read a CSV of applications (UTF-8, UTF-16 or Big5-HKSCS) and list what is wrong with it. "
        "Without --confirm nothing is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the export of the web form")
        parser.add_argument("--cohort", required=True, help="the cohort's short name")
        parser.add_argument("--confirm", action="store_true", help="import the good rows")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path, slug = options["file"], options["cohort"]
        try:
            content = path.read_bytes()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            reason = getattr(error, "strerror", None) or error
            raise CommandError(f"Cannot read {path}: {reason}.", returncode=CANNOT) from error
        cohort = Cohort.objects.filter(slug=slug).first() if "\0" not in slug else None
        if cohort is None:
            known = ", ".join(Cohort.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(
                f"There is no cohort “{slug}”. Cohorts: {known or 'none'}.", returncode=CANNOT
            )
        try:
            report = import_file(
                cohort_id=cohort.pk,
                name=path.name,
                content=content,
                confirm=options["confirm"],
                by=None,
                now=timezone.now(),
            )
        except Refused as error:
            raise CommandError(str(error), returncode=CANNOT) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self._say(report, cohort)
        if report.refused:
            raise CommandError(report.faults[0].message, returncode=CANNOT)

    def _say(self, report: ImportReport, cohort: Cohort) -> None:
        tell = self.stdout.write
        tell(f"Rows      {report.rows:>6}   ({report.encoding or 'unknown encoding'})")
        tell(f"Create    {report.create:>6}")
        tell(f"Update    {report.update:>6}")
        tell(f"Skip      {report.skip:>6}")
        tell(f"Faults    {len(report.faults):>6}")
        for fault in report.faults:
            tell(f"  row {fault.row:>6}  {fault.kind:<28}  {fault.message}")
        if report.warnings:
            tell(f"Warnings  {len(report.warnings):>6}")
        for warning in report.warnings[:SHOWN_WARNINGS]:
            tell(f"  row {warning.row:>6}  {warning.kind:<28}  {warning.message}")
        if report.confirmed:
            tell(f"Imported into “{cohort}”.")
        elif not report.refused:
            tell("Nothing has been written. Say --confirm to import the good rows.")
