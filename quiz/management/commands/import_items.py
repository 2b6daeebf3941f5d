"""`manage.py import_items FILE --format csv`: the bank's import as a command."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError
from django.utils import timezone, translation

from accounts.languages import Language
from quiz.domain.importing import Action, ImportReport, Problem, import_items
from quiz.entries import NotTaken, entry_of
from quiz.formats.drafts import Parsed
from quiz.formats.registry import MAX_BYTES, READ, read_items

# No connection, no database, no table, no column: what PostgreSQL says where nothing is set up.
NO_BANK = (None, "3D000", "42P01", "42703")
MIGRATE = "The database has no tables for the bank: run “manage.py migrate” first."
UNREACHABLE = "The database cannot be reached."


class Command(BaseCommand):
    """A dry run unless `--confirm` is given; the exit status is 1 if any question is not taken.

    A dry run needs no database: without the tables of the bank it tells what the file holds.
    """

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
        with translation.override(Language.ENGLISH.value):
            report = _imported(
                parsed=parsed,
                language=options["language"],
                source_name=path.name,
                source_sha256=sha256(source).hexdigest(),
                by=None,
                now=timezone.now(),
                confirm=options["confirm"],
            )
            problems = _refusals(parsed) if isinstance(report, str) else report.problems
        if options["json"]:
            body = parsed.as_json() | {"faults": _faults(parsed, problems)}
            if not isinstance(report, str):
                body["import"] = report.as_json()
            self.stdout.write(json.dumps(body, ensure_ascii=False))
        else:
            self.stdout.write(_told(parsed, problems, report, path.name))
        if problems:
            sys.exit(1)


def _imported(*, confirm: bool, **options: Any) -> ImportReport | str:
    """What the import did or would do; where it is not to write and there is no bank to look at,
    why there is none.

    Raises:
        CommandError: it is to write, and there is no bank.
    """
    try:
        return import_items(confirm=confirm, **options)
    except (ProgrammingError, OperationalError) as error:
        if getattr(error.__cause__, "pgcode", "") not in NO_BANK:
            raise
        reason = UNREACHABLE if isinstance(error, OperationalError) else MIGRATE
        if confirm:
            raise CommandError(reason) from error
        return reason


def _refusals(parsed: Parsed) -> list[Problem]:
    """What no bank would take of the file."""
    problems = [Problem(fault.line, fault.message, fault.file) for fault in parsed.faults]
    for draft in (*parsed.items, *parsed.translations):
        try:
            entry_of(draft)
        except NotTaken as refused:
            placed = f"{draft.file}: {refused}" if draft.file else str(refused)
            problems.append(Problem(draft.line, placed, draft.file))
    return sorted(problems, key=lambda problem: (problem.file, problem.line))


def _faults(parsed: Parsed, problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Every reason for which a question is not taken, be it the file's or the bank's."""
    codes = {(fault.line, fault.message): fault.code for fault in parsed.faults}
    return [
        {
            "line": problem.line,
            "code": codes.get((problem.line, problem.message), "not_taken"),
            "message": problem.message,
        }
        for problem in problems
    ]


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


def _told(
    parsed: Parsed, problems: Sequence[Problem], report: ImportReport | str, name: str
) -> str:
    lines = [f"{name}: {len(parsed.items)} questions read"]
    if problems:
        lines[0] += f", {len(problems)} with faults"
    lines += [f"  line {problem.line}: {problem.message}" for problem in problems]
    if isinstance(report, str):
        lines.append(f"What an import would do cannot be told. {report}")
        return "\n".join(lines)
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
