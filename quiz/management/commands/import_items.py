"""`manage.py import_items FILE --format csv`: the bank's import as a command."""

import json
import sys
from argparse import ArgumentParser
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.languages import Language
from quiz.domain.bank import Action, ImportReport, import_items
from quiz.formats.drafts import Parsed
from quiz.formats.registry import MAX_BYTES, READ, read_items


class Command(BaseCommand):
    """A dry run unless `--confirm` is given; the exit status is 1 if the file has faults."""

    help = "Read quiz items from a file; with --confirm, bring them into the bank."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file to read")
        parser.add_argument("--format", choices=sorted(one.name for one in READ), required=True)
        parser.add_argument("--language", choices=Language.values, default=Language.ENGLISH.value)
        parser.add_argument("--confirm", action="store_true", help="write to the bank")
        parser.add_argument("--json", action="store_true", help="print the items as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        source = _read(path)
        parsed = read_items(options["format"], source, options["language"])
        report = import_items(
            parsed=parsed,
            language=options["language"],
            source_name=path.name,
            source_sha256=sha256(source).hexdigest(),
            by=None,
            now=timezone.now(),
            confirm=options["confirm"],
        )
        if options["json"]:
            body = parsed.as_json() | {"import": report.as_json()}
            self.stdout.write(json.dumps(body, ensure_ascii=False))
        else:
            self.stdout.write(_told(parsed, report, path.name))
        if parsed.faults or (options["confirm"] and not report.written):
            sys.exit(1)


def _read(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        CommandError: it cannot be read or is too large.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CommandError(f"{path}: more than {MAX_BYTES // 1024**2} MiB. Split the file.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{path} cannot be read: {reason}") from error


def _told(parsed: Parsed, report: ImportReport, name: str) -> str:
    lines = [f"{name}: {len(parsed.items)} questions read"]
    if parsed.faults:
        lines[0] += f", {len(parsed.faults)} with faults"
    lines += [f"  line {problem.line}: {problem.message}" for problem in report.problems]
    counts = ", ".join(
        f"{report.count(action)} {said}"
        for action, said in (
            (Action.CREATE, "new"),
            (Action.NEW_VERSION, "new versions"),
            (Action.TRANSLATE, "translated"),
            (Action.SKIP, "as they are in the bank"),
        )
    )
    if report.problems:
        lines.append("Nothing is imported until the file is without problems.")
    elif report.written:
        lines.append(f"Imported: {counts}. A second person approves them before they are used.")
    else:
        lines.append(f"To import: {counts}. Nothing is written yet: add --confirm.")
    return "\n".join(lines)
