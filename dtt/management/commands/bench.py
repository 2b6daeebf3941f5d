"""`manage.py bench [NAME …]`: take the measures, print them, keep them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from dtt.bench import MEASURES


class Command(BaseCommand):
    help = "Take the measures; print a line for each and append it to var/bench.jsonl."

    def add_arguments(self, parser: CommandParser) -> None:
        names = [measure.__name__ for measure in MEASURES]
        parser.add_argument("names", nargs="*", choices=[*names, []], help="which (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        kept = settings.VAR_DIR / "bench.jsonl"
        for take in MEASURES:
            if options["names"] and take.__name__ not in options["names"]:
                continue
            for measure in take():
                self.stdout.write(measure.line())
                with kept.open("a", encoding="utf-8") as file:
                    file.write(measure.as_json() + "\n")
