"""Import a web form's export of applications, as the staff page does."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.domain.jobs import Tell, unwatched
from accounts.errors import Refused
from applications.domain.import_reports import ImportReport, say_encoding
from applications.domain.importing import import_file
from applications.intake.columns import Field
from applications.models import Cohort

CANNOT = 2
SHOWN_WARNINGS = 20
BAR = 30
LEAVE_OUT = "-"


class Command(BaseCommand):
    help = (
        "Read an export of applications (XLSX, or CSV in UTF-8, UTF-16 or Big5-HKSCS) and list "
        "what is wrong with it. Without --confirm nothing is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the export of the web form")
        parser.add_argument("--cohort", required=True, help="the cohort's short name")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="HEADING=FIELD",
            help=(
                "what a column holds, where its heading does not say so; may be repeated. "
                f"FIELD is one of {', '.join(Field)}, or {LEAVE_OUT} to leave the column out. "
                "With --confirm it is remembered for files with the same headings."
            ),
        )
        parser.add_argument("--confirm", action="store_true", help="import the good rows")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path, slug = options["file"], options["cohort"]
        chosen = dict(map(_mapping, options["map"]))
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
                chosen=chosen,
                tell=self._bar() if sys.stderr.isatty() else unwatched,
            )
        except Refused as error:
            raise CommandError(str(error), returncode=CANNOT) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self._say(report, cohort)
        if report.refused:
            fault = report.faults[0]
            where = f"Row {fault.row}: " if fault.row else ""
            raise CommandError(where + fault.message, returncode=CANNOT)

    def _bar(self) -> Tell:
        """A bar on the terminal, drawn over itself."""

        def tell(done: int, total: int, doing: str) -> None:
            filled = BAR * done // max(total, 1)
            bar = "#" * filled + "." * (BAR - filled)
            self.stderr.write(f"\r[{bar}] {done}/{total} {doing}\033[K", ending="")
            self.stderr.flush()

        return tell

    def _say(self, report: ImportReport, cohort: Cohort) -> None:
        tell = self.stdout.write
        encoding = say_encoding(report.encoding) or "unknown encoding"
        sheet = f", sheet “{report.sheet}”" if report.sheet else ""
        tell(f"Rows      {report.rows:>6}   ({encoding}{sheet})")
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
        if report.columns:
            tell("Columns")
        for heading, label in report.columns:
            tell(f"  {label or 'left out':<24}  {heading}")
        if report.confirmed:
            tell(f"Imported into “{cohort}”.")
        elif not report.refused:
            tell("Nothing has been written. Say --confirm to import the good rows.")


def _mapping(text: str) -> tuple[str, str]:
    """Part HEADING=FIELD; a heading may hold a "=" itself."""
    heading, sign, field = text.rpartition("=")
    if not sign:
        raise CommandError(f"--map {text}: write HEADING=FIELD.", returncode=CANNOT)
    return heading, "" if field.strip() == LEAVE_OUT else field.strip()
