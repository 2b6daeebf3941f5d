"""`manage.py export_items --format csv FILE`: the bank as a file, on the trail like any export."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Refused
from accounts.languages import Language
from quiz.domain.exporting import export_items
from quiz.formats.registry import FORMATS
from quiz.models import Item


class Command(BaseCommand):
    """What the format cannot carry is named on the standard error, item by item."""

    help = "Write quiz items into a file, the newest version of each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file to write; - for the standard output")
        parser.add_argument("--format", choices=sorted(FORMATS), required=True)
        parser.add_argument(
            "--language",
            choices=Language.values,
            default=Language.ENGLISH.value,
            help="of the texts; CSV has both languages side by side",
        )
        parser.add_argument("--topic", action="append", help="only of this topic; may be repeated")
        parser.add_argument("--code", action="append", help="only this item; may be repeated")
        parser.add_argument("--reason", required=True, help="what for: it is kept on the trail")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            exported = export_items(
                item_ids=_chosen(options["topic"], options["code"]),
                format=options["format"],
                language=options["language"],
                reason=options["reason"],
                by=None,
                now=timezone.now(),
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        for loss in exported.losses:
            mark = "left out: " if loss.left_out else ""
            self.stderr.write(f"{loss.item}: {mark}{loss.reason % loss.params}")
        if options["file"] == "-":
            sys.stdout.buffer.write(exported.content)
            return
        try:
            Path(options["file"]).write_bytes(exported.content)
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['file']} cannot be written: {error}") from error
        self.stdout.write(f"{options['file']}: {exported.count} questions")


def _chosen(topics: list[str] | None, codes: list[str] | None) -> list[int]:
    """The items that are asked for.

    Raises:
        CommandError: a code is not in the bank.
    """
    items = Item.objects.all()
    if topics:
        items = items.filter(topic__in=topics)
    if codes:
        items = items.filter(code__in=codes)
        known = set(items.values_list("code", flat=True))
        missing = [code for code in codes if code not in known]
        if missing:
            raise CommandError(f"not in the bank: {', '.join(missing)}")
    return list(items.values_list("pk", flat=True))
