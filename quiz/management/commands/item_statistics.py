"""`manage.py item_statistics --csv FILE`: the item analysis of any response matrix."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quiz.alarm_words import say_alarm, say_figure
from quiz.statistics.alarms import FEW, UNSURE
from quiz.statistics.analysis import analyse
from quiz.statistics.reading import MAX_BYTES, Fault, Unreadable, read_key, read_matrix

TOLD_AT_MOST = 20
COLUMNS = (
    ("people", "people", 0),
    ("facility", "facility", 4),
    ("item-total", "item_total", 4),
    ("corrected", "corrected_item_total", 4),
    ("upper-lower", "discrimination", 4),
    ("alpha w/o", "alpha_if_deleted", 4),
)


class Command(BaseCommand):
    """Prints a table, or JSON; the exit status is 1 if a file cannot be analysed."""

    help = "Analyse the items of a response matrix: 0/1 marks, or raw answers with a key file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--csv", required=True, metavar="FILE", help="people in rows")
        parser.add_argument("--key", metavar="FILE", help="keys: the cells are answers, not marks")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path = ""
        try:
            path = options["key"] or ""
            keys = read_key(_read(Path(path))) if path else None
            path = options["csv"]
            matrix = read_matrix(_read(Path(path)), keys)
        except Unreadable as fault:
            self._refuse(path, fault.faults, as_json=options["json"])
            sys.exit(1)
        found = analyse(matrix.responses, names=matrix.names, taken=matrix.taken, days=matrix.days)
        if options["json"]:
            self.stdout.write(json.dumps({"faults": [], **found}, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_table(found)))

    def _refuse(self, path: str, faults: list[Fault], *, as_json: bool) -> None:
        if as_json:
            told = [
                {"file": path, "row": one.row, "column": one.column, "message": one.message}
                for one in faults
            ]
            self.stdout.write(json.dumps({"faults": told}, ensure_ascii=False))
            return
        self.stderr.write(f"{path} cannot be analysed:")
        for one in faults[:TOLD_AT_MOST]:
            self.stderr.write(f"  {one}")
        if len(faults) > TOLD_AT_MOST:
            self.stderr.write(f"  and {len(faults) - TOLD_AT_MOST} more")


def _read(path: Path) -> bytes:
    """The file's bytes, as many as may be plus one.

    Raises:
        CommandError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{path} cannot be read: {reason}") from error


def _table(found: dict[str, Any]) -> list[str]:
    """The analysis for people: the paper, the models, a row for each item, what to look at."""
    places = {"people": 0, "items_on_a_paper": 2, "mean": 4, "sd": 4, "alpha": 4,
              "standard_error_of_measurement": 4}  # fmt: skip
    lines = [
        f"{name.replace('_', ' ')}: {say_figure(found[name], digits)}"
        for name, digits in places.items()
    ]
    lines += _models(found)
    if found["people"] < UNSURE:
        few = "nothing is judged" if found["people"] < FEW else "the figures are rough"
        lines.append(f"Only {found['people']} people: {few}.")
    wide = max(len("item"), *(len(row["item"]) for row in found["items"]))
    heads = [title for title, _name, _digits in COLUMNS]
    heads += ["Rasch", "± ", "2PL a", "2PL b"]
    lines += ["", "item".ljust(wide) + "".join(head.rjust(12) for head in heads)]
    for row in found["items"]:
        rasch, free = row["rasch"] or {}, row["two_parameter"] or {}
        cells = [say_figure(row[name], digits) for _title, name, digits in COLUMNS]
        cells += [say_figure(rasch.get(name), 3) for name in ("difficulty", "difficulty_se")]
        cells += [say_figure(free.get(name), 3) for name in ("discrimination", "difficulty")]
        lines.append(row["item"].ljust(wide) + "".join(cell.rjust(12) for cell in cells))
    lines += _choices(found)
    told = [
        f"  {row['item']}: {say_alarm(row, alarm)}"
        for row in found["items"]
        for alarm in row["alarms"]
    ]
    return [*lines, "", *(["Look at:", *told] if told else ["Nothing looks wrong."])]


def _models(found: dict[str, Any]) -> list[str]:
    lines = []
    for name, title in (("rasch", "Rasch"), ("two_parameter", "Two parameters")):
        model = found[name]
        if model["note"]:
            lines.append(f"{title}: not estimated, {model['note']}")
            continue
        end = "" if model["converged"] else "; NOT converged"
        spread = f", ability sd {say_figure(model['ability_sd'], 4)}" if name == "rasch" else ""
        lines.append(
            f"{title}: log likelihood {say_figure(model['log_likelihood'], 3)}{spread}, "
            f"{model['iterations']} iterations{end}"
        )
    return lines


def _choices(found: dict[str, Any]) -> list[str]:
    lines = []
    for row in found["items"]:
        if row["choices"]:
            told = "   ".join(
                f"{one['choice']}{'*' if one['key'] else ''} {one['count']} "
                f"({say_figure(one['correlation'])})"
                for one in row["choices"]
            )
            lines.append(f"  {row['item']}: {told}")
    return ["", "Choices (* the key): people (correlation with the rest)", *lines] if lines else []
