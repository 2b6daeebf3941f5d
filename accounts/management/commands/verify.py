"""Recompute a run and say whether it comes out the same."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import verifiers


class Command(BaseCommand):
    help = "Recompute a run from its frozen inputs; print MATCH or the first difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", metavar="KIND", choices=verifiers.kinds())
        parser.add_argument(
            "run",
            metavar="RUN",
            nargs="?",
            default="",
            help="its id, or e.g. spring/bootcamp/1; for audit, the end of the chain noted earlier",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            verdict = verifiers.verify(options["kind"], options["run"])
        except verifiers.UnknownRun as error:
            raise CommandError(str(error)) from error
        if not verdict.matches:
            self.stdout.write(f"DIFFERENT: {verdict.difference}")
            sys.exit(1)
        self.stdout.write(f"MATCH {verdict.note}".rstrip())
