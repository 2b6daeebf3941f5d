"""`manage.py restore_drill`: dump, restore into a fresh database, compare table by table."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dtt import embedded
from dtt.drill import DrillFailed, compare, dump, fresh_database, restore

DRILL_DATABASE = "dtt_restore_drill"


class Command(BaseCommand):
    help = (
        "Dump the database, restore the dump into a fresh database beside it, compare the rows of "
        "every table, and drop that database. Ends with 1 if a table differs."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keep", metavar="FILE", help="keep the dump in a new file")
        parser.add_argument(
            "--programs", type=Path, metavar="FOLDER", help="where other pg_dump, pg_restore are"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["keep"]:
            kept = Path(options["keep"])
            if kept.exists():
                raise CommandError(f"{kept} exists; name a new file")
            self._drill(kept, options["programs"])
            self.stdout.write(f"The dump is in {kept}. It holds everybody's personal data.")
            return
        with tempfile.TemporaryDirectory(prefix="dtt-drill-") as folder:
            self._drill(Path(folder) / "dump", options["programs"])

    def _drill(self, file: Path, programs: Path | None) -> None:
        address = embedded.database_url()
        try:
            source = dump(address, file, programs=programs)
            with fresh_database(address, DRILL_DATABASE) as fresh:
                lines = compare(source, restore(file, fresh, programs=programs))
        except DrillFailed as error:
            raise CommandError(str(error)) from error
        for line in lines:
            word = "equal" if line.matches else "DIFFERS"
            self.stdout.write(
                f"{line.table:45} {_say(line.source):>10} {_say(line.restored):>10}  {word}"
            )
        wrong = [line.table for line in lines if not line.matches]
        if wrong:
            raise CommandError(f"{len(wrong)} of {len(lines)} tables differ: {', '.join(wrong)}")
        total = sum(source.values())
        self.stdout.write(f"MATCH: {len(lines)} tables, {total} rows, restored and equal.")


def _say(count: int | None) -> str:
    return "missing" if count is None else str(count)
